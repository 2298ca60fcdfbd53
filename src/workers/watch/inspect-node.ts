import { v7 as uuidv7 } from 'uuid';

import type { NodeState } from '../../domain/node/evolve.ts';
import type { ReplicaFailure } from '../../domain/replica/events.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { LABEL, type ContainerState, type Engine, type EngineEvent } from '../../engine/engine.ts';
import { GRACE_SECONDS } from '../../engine/grace.ts';
import type { Cause } from '../../jobs/catalogue.ts';
import { containerName, identityOf } from '../container.ts';
import type { WorkerDeps } from '../deps.ts';
import { failAttempt } from '../fail-attempt.ts';
import { exitFailure, lastLines } from '../failure.ts';

/** Statuses in which a replica's container has to be running. */
const UP: readonly string[] = ['Running', 'Ready'];
/** Statuses in which the end of a container is a failure. In `Created` its starter may be about to record that it runs. */
const ENDS: readonly string[] = ['Created', ...UP];
/** Statuses in which a replica's container may exist. */
const HELD: readonly string[] = ['Scheduled', 'Created', 'Running', 'Ready', 'Stopping'];

/**
 * Compares what the engine has with what is wanted there: what should run and does not has failed, and what carries our
 * labels and is not wanted is removed. The containers are listed before the replicas are read: one that is in the list
 * was wanted when it was created, so a row that does not want it is newer than the list.
 */
export async function inspectNode(
  deps: WorkerDeps,
  engine: Engine,
  node: NodeState,
  signal: AbortSignal,
): Promise<void> {
  const containers = (await engine.list(signal)).filter(({ labels }) => labels[LABEL.owner] === deps.installationId);
  const rows = await deps.store.rows<ReplicaState>('replicas', { node_id: node.id, present: 'true' });
  const replicas = new Map(rows.map(({ id, state }) => [id, state]));
  const running = new Set<string>();
  for (const container of containers) {
    const verdict = judge(container, replicas);
    if (verdict.type === 'runs') running.add(verdict.replica.id);
    if (verdict.type === 'ended') {
      running.add(verdict.replica.id);
      await failAttempt(deps, attemptOf(verdict.replica), await exitFailure(engine, container, deps.log));
    }
    if (verdict.type === 'unwanted') await removeUnwanted(deps, engine, container);
  }
  for (const replica of replicas.values()) {
    if (!UP.includes(replica.status) || running.has(replica.id)) continue;
    // It may have come up between the list and the row: only a look of its own tells that it is gone.
    if (
      (await engine.inspect(containerName(replica.id, replica.generation, deps.installationId), signal)) !== undefined
    )
      continue;
    const failure = { kind: 'gone' as const, message: `its container is gone from node ${node.id}`, terminal: false };
    await failAttempt(deps, attemptOf(replica), failure);
  }
}

type Verdict =
  | { readonly type: 'runs' | 'ended'; readonly replica: ReplicaState }
  | { readonly type: 'unwanted' }
  | { readonly type: 'in progress' };

function judge(container: ContainerState, replicas: ReadonlyMap<string, ReplicaState>): Verdict {
  const identity = identityOf(container.labels);
  const replica = identity && replicas.get(identity.replicaId);
  if (replica === undefined || replica.generation !== identity?.generation) return { type: 'unwanted' };
  if (!HELD.includes(replica.status)) return { type: 'unwanted' };
  const ended = container.phase === 'exited' || container.phase === 'dead';
  if (ended && ENDS.includes(replica.status)) return { type: 'ended', replica };
  return UP.includes(replica.status) ? { type: 'runs', replica } : { type: 'in progress' };
}

async function removeUnwanted({ log }: WorkerDeps, engine: Engine, { id, name }: ContainerState): Promise<void> {
  log.warn('removing a container that is not wanted', { container: name });
  await engine.stop(id, GRACE_SECONDS);
  await engine.remove(id);
}

/** 128 + 9, as engines and shells have it. */
const SIGKILLED = 137;

/**
 * What somebody kills has not said why, and its replacement need not wait for what it said: the engine tells nothing of a
 * container, its logs included, while it cleans up after it. When it happens again there is a back-off to read them in.
 */
const KILLED: ReplicaFailure = {
  kind: 'exit',
  message: `container exited with code ${SIGKILLED}: killed (SIGKILL), and not for its memory limit`,
  exitCode: SIGKILLED,
  terminal: false,
};

/**
 * A container of ours has ended: if its replica wants it to run, that generation has failed. `outOfMemory`: the engine has said
 * before that it used more than its limit.
 */
export async function reportDeath(
  deps: WorkerDeps,
  engine: Engine,
  node: NodeState,
  { containerId, labels, exitCode }: EngineEvent,
  outOfMemory: boolean,
): Promise<void> {
  const identity = identityOf(labels);
  if (identity === undefined) return;
  const row = await deps.store.row<ReplicaState>('replicas', identity.replicaId);
  const replica = row?.state;
  // While it is being stopped the end is wanted.
  if (replica === undefined || replica.generation !== identity.generation || !ENDS.includes(replica.status)) return;
  if (exitCode === SIGKILLED && !outOfMemory && UP.includes(replica.status) && replica.failures === 0) {
    return failAttempt(deps, attemptOf(replica), KILLED);
  }
  // Side by side: the engine answers neither before it has cleaned up after the container.
  const lines = lastLines(engine, containerId, deps.log);
  const container = await engine.inspect(containerId);
  if (container?.phase === 'running') return;
  const failure =
    container === undefined
      ? { kind: 'gone' as const, message: `its container was removed from node ${node.id}`, terminal: false }
      : await exitFailure(engine, container, deps.log, lines);
  await failAttempt(deps, attemptOf(replica), failure);
}

/** What an engine reports has no cause in the log: it begins a story of its own. */
function attemptOf({ id, generation }: ReplicaState): { replicaId: string; generation: number; cause: Cause } {
  return { replicaId: id, generation, cause: { correlationId: uuidv7() } };
}
