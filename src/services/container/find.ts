import type { SilentNodes } from '../../api/contract/container-schemas.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { type ContainerState, LABEL } from '../../engine/engine.ts';
import { EngineError } from '../../engine/engine-error.ts';
import { Refusal } from '../refusal.ts';
import { nodesOf } from './nodes.ts';
import { type ContainerDeps, HAND_LABEL } from './ports.ts';

/** A container, and where it is. */
export interface Placed {
  readonly node: NodeState;
  readonly container: ContainerState;
}

/** What was found, and which nodes could not be looked at. */
export interface Found {
  readonly placed: readonly Placed[];
  readonly silent: SilentNodes;
}

/**
 * Every container on the nodes. One engine that does not answer hides no other; among others, one that is known not to
 * answer is not waited for.
 */
export async function surveyNodes(deps: ContainerDeps, nodes: readonly NodeState[]): Promise<Found> {
  const looked = await Promise.all(
    nodes.map(async (node) => (node.liveness === 'lost' && nodes.length > 1 ? lost(node) : survey(deps, node))),
  );
  return { placed: looked.flatMap(({ placed }) => placed), silent: looked.flatMap(({ silent }) => silent) };
}

function lost({ id, url }: NodeState): Found {
  return {
    placed: [],
    silent: [{ nodeId: id, error: `it is lost: its engine at ${url} has not answered for a while` }],
  };
}

async function survey({ engineAt }: ContainerDeps, node: NodeState): Promise<Found> {
  try {
    const containers = await engineAt(node.url).listAll();
    return { placed: containers.map((container) => ({ node, container })), silent: [] };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { placed: [], silent: [{ nodeId: node.id, error: error.message }] };
  }
}

/** How containers are asked for: what is given has to hold. */
export interface Wanted {
  readonly name?: string | undefined;
  readonly hash?: string | undefined;
  readonly nodeId?: string | null | undefined;
}

/**
 * The containers of that name and hash. A name is a container's, or else that of a deployment (its id or name) or of a
 * definition whose replicas they are. Throws Refusal when there is none and a node that might have one did not answer.
 */
export async function findContainers(deps: ContainerDeps, { name, hash, nodeId }: Wanted): Promise<readonly Placed[]> {
  const { placed, silent } = await surveyNodes(deps, await nodesOf(deps, nodeId));
  const hashed = placed.filter(({ container }) => hash === undefined || container.labels[HAND_LABEL.hash] === hash);
  const exact = hashed.filter(({ container }) => name === undefined || container.name === name);
  const found = exact.length === 0 && name !== undefined ? await ofDeployments(deps, name, hashed) : exact;
  const [first] = silent;
  if (found.length === 0 && first !== undefined) {
    throw new Refusal(502, `no answer from node ${first.nodeId}, which may have it: ${first.error}`);
  }
  return found;
}

async function ofDeployments(deps: ContainerDeps, name: string, placed: readonly Placed[]): Promise<readonly Placed[]> {
  const ids = new Set(await deploymentsCalled(deps, name));
  return placed.filter(
    ({ container: { labels } }) =>
      labels[LABEL.owner] === deps.installationId && ids.has(labels[LABEL.deployment] ?? ''),
  );
}

/** Ids of the deployments that have this id or name, or run the definition of this id. */
export async function deploymentsCalled({ store }: ContainerDeps, name: string): Promise<readonly string[]> {
  const rows = await store.rows<DeploymentState>('deployments', { phase: ['live', 'deleting'] });
  const called = ({ id, definitionId, spec }: DeploymentState): boolean => [id, definitionId, spec.name].includes(name);
  return rows.filter(({ state }) => called(state)).map(({ id }) => id);
}
