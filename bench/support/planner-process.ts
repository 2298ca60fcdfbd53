import { systemClock } from '../../src/clock.ts';
import { QUEUE_POLICIES } from '../../src/jobs/catalogue.ts';
import type { ActiveJob } from '../../src/jobs/queue.ts';
import { createLogger } from '../../src/logger.ts';
import { openFoundation } from '../../src/process/store.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { enginePool } from '../../src/workers/engine-pool.ts';
import { WorkerMembership } from '../../src/workers/membership.ts';
import { planDeployment } from '../../src/workers/plan/plan-deployment.ts';
import { openPool } from './postgres.ts';

/**
 * A worker that plans the deployments that its parent names, as many side by side as a worker does: first those of the
 * arguments, to get warm, then those of the parent's message. Answers with the times of the commits and its CPU time.
 */
const [, , url = '', ...warmUp] = process.argv;
await using stack = new AsyncDisposableStack();
const log = createLogger('error');
const database = stack.use(openPool(url));
const { store, queue } = await openFoundation(stack, database, { works: false, log });
const membership = stack.use(new WorkerMembership(database, systemClock, log));
await membership.start();
const engines = stack.use(enginePool());
const installationId = 'bench';
const deps: WorkerDeps = { store, queue, database, engines, membership, clock: systemClock, log, installationId };
const asked = new Promise<string[]>((resolve) => process.once('message', (ids: string[]) => resolve(ids)));
await planAll(warmUp);
process.send?.('ready');
const deployments = await asked;
const before = process.cpuUsage();
const ends = await planAll(deployments);
const { user, system } = process.cpuUsage(before);
process.send?.({ ends, cpu: user + system });
process.disconnect();

/** Milliseconds of wall time at which each was committed. */
async function planAll(ids: readonly string[]): Promise<number[]> {
  const waiting = [...ids];
  const times: number[] = [];
  const slot = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      await planDeployment(deps, jobOf(id));
      times.push(Date.now());
    }
  };
  await Promise.all(Array.from({ length: QUEUE_POLICIES.plan.concurrency }, slot));
  return times;
}

function jobOf(deploymentId: string): ActiveJob<'plan'> {
  const data = { deploymentId, cause: { correlationId: 'bench' } };
  return { id: deploymentId, queue: 'plan', attempt: 0, data, signal: new AbortController().signal };
}
