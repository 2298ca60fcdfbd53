import type { NodeState } from '../../domain/node/evolve.ts';
import { EngineError } from '../../engine/engine-error.ts';
import { QUEUE_POLICIES } from '../../jobs/catalogue.ts';
import type { ActiveJob } from '../../jobs/queue.ts';
import type { WorkerDeps } from '../deps.ts';
import { asAttempt } from '../as-attempt.ts';
import { failAttempt } from '../fail-attempt.ts';
import { knownStarts, type KnownStart } from './known-starts.ts';
import { startReplica } from './start-replica.ts';

/** Brings replicas of one node up, side by side; the engine's own bound keeps the node from being flooded. */
export async function startReplicas(
  deps: WorkerDeps,
  job: ActiveJob<'start'>,
  node: NodeState | undefined,
): Promise<void> {
  const starts = await knownStarts(deps, job.data.replicas);
  const results = await Promise.allSettled(
    starts.map((start) => asAttempt(start.attempt, () => one(deps, job, node, start))),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function one(
  deps: WorkerDeps,
  job: ActiveJob<'start'>,
  node: NodeState | undefined,
  start: KnownStart,
): Promise<void> {
  const { attempt } = start;
  if (node === undefined || node.removed) {
    await failAttempt(deps, attempt, { kind: 'gone', message: `node ${job.data.nodeId} was removed`, terminal: false });
    return;
  }
  try {
    await startReplica(deps, node, start, job.signal);
  } catch (error) {
    const last = job.attempt >= QUEUE_POLICIES.start.retryLimit;
    if (!last || !(error instanceof EngineError)) throw error;
    // The queue would give up in silence; the planner has to know, so that it can try another node.
    await failAttempt(deps, attempt, { kind: 'start', message: `node ${node.id}: ${error.message}`, terminal: false });
  }
}
