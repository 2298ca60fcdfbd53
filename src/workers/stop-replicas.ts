import type { NodeState } from '../domain/node/evolve.ts';
import { GRACE_SECONDS } from '../engine/grace.ts';
import type { Attempt } from '../jobs/catalogue.ts';
import type { ActiveJob } from '../jobs/queue.ts';
import { asAttempt } from './as-attempt.ts';
import { containerName } from './container.ts';
import type { WorkerDeps } from './deps.ts';
import { presentReplica, record } from './replica-log.ts';
import { settleDrain } from './settle-drain.ts';

/** Stops and removes the containers of generations that are over: stopped by a plan, or failed. */
export async function stopReplicas(
  deps: WorkerDeps,
  { data, signal }: ActiveJob<'stop'>,
  node: NodeState | undefined,
): Promise<void> {
  const results = await Promise.allSettled(
    data.replicas.map((attempt) => asAttempt(attempt, () => one(deps, node, attempt, signal))),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  await settleDrain(deps, data.nodeId);
}

async function one(
  deps: WorkerDeps,
  node: NodeState | undefined,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<void> {
  const { replicaId, generation } = attempt;
  const stopping = (await presentReplica(deps, attempt))?.state.stopping;
  // Too early: it is stopped when the routers have let go of it, by the job that follows from that.
  if (stopping?.draining === true) return;
  // What a lost node still has is removed when it returns, before it counts again.
  if (node !== undefined && !node.removed && node.liveness === 'ready') {
    const engine = deps.engines.at(node.url);
    const container = await engine.inspect(containerName(replicaId, generation, deps.installationId), signal);
    deps.onStep?.('found', replicaId);
    if (container !== undefined) {
      await engine.stop(container.id, stopping?.graceSeconds ?? GRACE_SECONDS, signal);
      deps.onStep?.('stopped', replicaId);
      await engine.remove(container.id, signal);
      deps.onStep?.('removed', replicaId);
    }
  }
  // A failed generation has released its reservation already, and its replica is not stopping: nothing to record.
  await record(deps, attempt, ({ deploymentId, reservation }) => [
    {
      type: 'ReplicaStopped',
      data: { replicaId, deploymentId, generation, ...(reservation === undefined ? {} : { released: reservation }) },
    },
  ]);
  deps.onStep?.('stopped-stored', replicaId);
}
