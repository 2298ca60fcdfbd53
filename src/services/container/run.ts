import { createHash } from 'node:crypto';

import { type ContainerRequest, parseContainer } from '../../domain/container/parse.ts';
import { newId } from '../../domain/identifier.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { Conflict } from '../../domain/problem.ts';
import type { ContainerSpec, ContainerState, Engine } from '../../engine/engine.ts';
import { GRACE_SECONDS } from '../../engine/grace.ts';
import type { Reply, RequestOf } from '../handler.ts';
import { refuseForeign } from './by-hand.ts';
import { nodeOf } from './nodes.ts';
import { type ContainerDeps, HAND_LABEL } from './ports.ts';
import { record } from './record.ts';

/**
 * Runs a container. What runs already under the name with the same hash, or without one from the same request, is left
 * alone; what differs is replaced, as long as it was run by hand here too.
 */
export async function runContainer(
  deps: ContainerDeps,
  request: RequestOf<'runContainer'>,
): Promise<Reply<'runContainer'>> {
  const wanted = parseContainer(request.body);
  const node = await nodeOf(deps, wanted.node);
  const engine = deps.engineAt(node.url);
  const existing = await existingFor(deps, engine, wanted);
  const spec = specOf(deps, wanted, existing?.name);
  if (existing !== undefined) {
    refuseForeign(deps, existing, node);
    if (existing.phase === 'running' && isSame(existing, spec)) return replyOf(existing, node, false);
  }
  const { variables, ports } = { variables: Object.keys(wanted.env), ports: wanted.ports.map((port) => ({ ...port })) };
  const event = { name: spec.name, image: wanted.image, hash: wanted.hash, variables, ports };
  const position = await record(deps.store, request, node, { type: 'ContainerRunRequested', data: event });
  if (!(await engine.hasImage(spec.image))) await engine.pull(spec.image);
  if (existing !== undefined) {
    await engine.stop(existing.id, GRACE_SECONDS);
    await engine.remove(existing.id);
  }
  const { containerId } = await engine.create(spec);
  await startOrRemove(engine, containerId);
  const started = await engine.inspect(containerId);
  if (started === undefined) throw new Conflict(`container ${spec.name} was removed while it started`);
  return { ...replyOf(started, node, true), position };
}

/** Without a name it is the hash that tells which one is meant. */
async function existingFor(
  { installationId }: ContainerDeps,
  engine: Engine,
  { name, hash }: ContainerRequest,
): Promise<ContainerState | undefined> {
  if (name !== undefined) return engine.inspect(name);
  if (hash === undefined) return undefined;
  const ours = (await engine.listAll()).find(
    ({ labels }) => labels[HAND_LABEL.installation] === installationId && labels[HAND_LABEL.hash] === hash,
  );
  return ours && engine.inspect(ours.id);
}

function specOf({ installationId }: ContainerDeps, wanted: ContainerRequest, known: string | undefined): ContainerSpec {
  const { image, env, ports, labels, hash } = wanted;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([image, env, ports, labels]))
    .digest('base64url');
  return {
    name: wanted.name ?? known ?? newId('ctr'),
    image,
    env,
    ports,
    labels: {
      ...labels,
      [HAND_LABEL.installation]: installationId,
      [HAND_LABEL.fingerprint]: fingerprint,
      ...(hash === undefined ? {} : { [HAND_LABEL.hash]: hash }),
    },
  };
}

function isSame({ labels }: ContainerState, spec: ContainerSpec): boolean {
  const label = spec.labels[HAND_LABEL.hash] === undefined ? HAND_LABEL.fingerprint : HAND_LABEL.hash;
  return labels[label] === spec.labels[label];
}

/** One that cannot start keeps nobody from its name. */
async function startOrRemove(engine: Engine, containerId: string): Promise<void> {
  try {
    await engine.start(containerId);
  } catch (error) {
    await engine.remove(containerId);
    throw error;
  }
}

function replyOf({ id, ports }: ContainerState, node: NodeState, started: boolean): Reply<'runContainer'> {
  return { body: { started, ports: ports.map((port) => ({ ...port })), id, nodeId: node.id } };
}
