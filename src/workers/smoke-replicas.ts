import { pause } from '../clock.ts';
import type { NodeState } from '../domain/node/evolve.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import type { Attempt } from '../jobs/catalogue.ts';
import type { ActiveJob } from '../jobs/queue.ts';
import { asAttempt } from './as-attempt.ts';
import type { WorkerDeps } from './deps.ts';
import { reachableHost } from './node-host.ts';
import { ask, type Finding, type Target } from './probe/ask.ts';
import { presentReplica, record } from './replica-log.ts';

/** Between two tries where nobody answers. */
const AGAIN_MS = 250;

/** Asks replicas whether they answer as they should, before they get requests. A wrong answer is one; silence is asked again in its time. */
export async function smokeReplicas(
  deps: WorkerDeps,
  { data, signal }: ActiveJob<'smoke'>,
  node: NodeState | undefined,
): Promise<void> {
  if (node === undefined || node.liveness === 'lost') return;
  const results = await Promise.allSettled(
    data.replicas.map((attempt) => asAttempt(attempt, () => one(deps, node, attempt, signal))),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function one(deps: WorkerDeps, node: NodeState, attempt: Attempt, signal: AbortSignal): Promise<void> {
  const replica = (await presentReplica(deps, attempt))?.state;
  // Told already by an earlier attempt at this job, or out of service since: it is asked anew when it is back.
  if (replica?.status !== 'Ready' || replica.smoke === undefined || replica.smoke.passed !== undefined) return;
  const since = performance.now();
  const finding = await findingOf(deps, node, replica, signal);
  const { replicaId, generation } = attempt;
  deps.onStep?.('asked', replicaId);
  const milliseconds = Math.round(performance.now() - since);
  await record(deps, attempt, ({ deploymentId }) => [
    {
      type: 'ReplicaSmoked',
      data: {
        replicaId,
        deploymentId,
        generation,
        milliseconds,
        passed: finding.passed,
        ...(finding.passed ? {} : { reason: finding.reason }),
      },
    },
  ]);
  deps.onStep?.('asked-stored', replicaId);
}

async function findingOf(
  deps: WorkerDeps,
  node: NodeState,
  replica: ReplicaState,
  signal: AbortSignal,
): Promise<Finding> {
  const { path, port, expectStatus, timeoutMs } = replica.smoke?.question ?? { path: '/', timeoutMs: 0 };
  const target: Target = {
    engine: deps.engines.at(node.url),
    containerId: replica.containerId ?? '',
    host: reachableHost(node.url),
    ports: replica.ports,
  };
  const asked = port ?? replica.ports[0]?.internal;
  if (asked === undefined) {
    return { passed: false, reason: `GET ${path}: it publishes no port; give the definition one`, silent: true };
  }
  const check = { type: 'http' as const, path, port: asked, expectStatus };
  const until = performance.now() + timeoutMs;
  for (;;) {
    const left = Math.max(1, Math.round(until - performance.now()));
    const probe = { check, periodMs: AGAIN_MS, timeoutMs: left, failureThreshold: 1, successThreshold: 1 };
    const finding = await ask(target, probe, signal);
    if (finding !== undefined && (finding.passed || !finding.silent)) return finding;
    if (performance.now() + AGAIN_MS >= until) {
      const last = finding === undefined ? '' : `; at last: ${finding.reason}`;
      const reason = `GET ${path} on port ${asked}: no answer within ${timeoutMs / 1_000} s${last}`;
      return { passed: false, reason, silent: true };
    }
    await pause(deps.clock, AGAIN_MS, signal);
  }
}
