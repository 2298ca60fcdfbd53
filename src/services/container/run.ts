import { createHash } from 'node:crypto';

import { keptVolumes } from '../../domain/container/keep.ts';
import { type ContainerRequest, parseContainer } from '../../domain/container/parse.ts';
import type { EventOf } from '../../domain/event.ts';
import { newId } from '../../domain/identifier.ts';
import { usableCards } from '../../domain/node/cards.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { Conflict, InvalidInput } from '../../domain/problem.ts';
import type { ContainerSpec, ContainerState, Engine } from '../../engine/engine.ts';
import { GRACE_SECONDS } from '../../engine/grace.ts';
import type { Reply, RequestOf } from '../handler.ts';
import { refuseForeign } from './by-hand.ts';
import { nodeOf } from './nodes.ts';
import { type ContainerDeps, HAND_LABEL } from './ports.ts';
import { record } from './record.ts';

type Told = Omit<EventOf<'ContainerRunRequested'>['data'], 'nodeId'>;

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
  const spec = specOf(deps, wanted, { known: existing?.name, node });
  if (existing !== undefined) {
    refuseForeign(deps, existing, node);
    if (existing.phase === 'running' && isSame(existing, spec)) return replyOf(existing, node, false);
  }
  const position = await record(deps.store, request, node, {
    type: 'ContainerRunRequested',
    data: toldOf(spec, wanted),
  });
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

function specOf(
  { installationId }: ContainerDeps,
  wanted: ContainerRequest,
  { known, node }: { readonly known: string | undefined; readonly node: NodeState },
): ContainerSpec {
  const { image, env, ports, labels, hash, keeps, gpuEnabled } = wanted;
  const volumes = keptVolumes(keeps, installationId, wanted.name ?? hash ?? '');
  const gpuIndexes = gpuEnabled ? cardsOf(node) : [];
  // Those without what came later keep the fingerprint that they were started with.
  const later = [volumes, gpuIndexes].every(({ length }) => length === 0) ? [] : [volumes, gpuIndexes];
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([image, env, ports, labels, ...later]))
    .digest('base64url');
  return {
    name: wanted.name ?? known ?? newId('ctr'),
    image,
    env,
    ports,
    volumes,
    gpuIndexes,
    labels: {
      ...labels,
      [HAND_LABEL.installation]: installationId,
      [HAND_LABEL.fingerprint]: fingerprint,
      ...(hash === undefined ? {} : { [HAND_LABEL.hash]: hash }),
    },
  };
}

/** Such a container is outside of what is reserved of a node, its cards included: it takes all of them beside the replicas. */
function cardsOf({ id, capacity }: NodeState): readonly number[] {
  if (capacity.gpus.length > 0) return usableCards(capacity, undefined).map(({ index }) => index);
  const hint = 'leave it out, or name a node with a GPU as nodeId';
  throw new InvalidInput([{ field: 'capabilities.gpuEnabled', message: `node ${id} has no GPU`, hint }]);
}

/** What the log is told: no value of a variable. */
function toldOf({ name, volumes = [], gpuIndexes = [] }: ContainerSpec, wanted: ContainerRequest): Told {
  const { image, hash, env, ports } = wanted;
  return {
    name,
    image,
    hash,
    variables: Object.keys(env),
    ports: ports.map((port) => ({ ...port })),
    ...(volumes.length === 0 ? {} : { keeps: [...volumes] }),
    ...(gpuIndexes.length === 0 ? {} : { gpuIndexes: [...gpuIndexes] }),
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
