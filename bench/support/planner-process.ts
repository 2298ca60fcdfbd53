import { systemClock } from '../../src/clock.ts';
import { QUEUE_POLICIES } from '../../src/jobs/catalogue.ts';
import type { ActiveJob } from '../../src/jobs/queue.ts';
import { createLogger } from '../../src/logger.ts';
import { openFoundation } from '../../src/process/store.ts';
import { enginePool } from '../../src/workers/engine-pool.ts';
import { WorkerMembership } from '../../src/workers/membership.ts';
import { planDeployment } from '../../src/workers/plan/plan-deployment.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { openPool } from './postgres.ts';

/** A worker that plans the deployments that its parent names, as many side by side as a worker does, and says when each was committed. */
const [, , url = ''] = process.argv;
await using stack = new AsyncDisposableStack();
const log = createLogger('error');
const database = stack.use(openPool(url));
const { store, queue } = await openFoundation(stack, database, { works: false, log });
const membership = stack.use(new WorkerMembership(database, systemClock, log));
await membership.start();
const engines = stack.use(enginePool());
const deps: WorkerDeps = {
  store,
  queue,
  database,
  engines,
  membership,
  clock: systemClock,
  log,
  installationId: 'bench',
};
const asked = new Promise<string[]>((resolve) => process.once('message', (ids: string[]) => resolve(ids)));
process.send?.('ready');
const waiting = await asked;
const start = process.cpuUsage();
const planned: { deploymentId: string; at: number }[] = [];
await Promise.all(Array.from({ length: QUEUE_POLICIES.plan.concurrency }, planNext));
const { user, system } = process.cpuUsage(start);
process.send?.({ planned, cpu: user + system });
process.disconnect();

async function planNext(): Promise<void> {
  for (let deploymentId = waiting.shift(); deploymentId !== undefined; deploymentId = waiting.shift()) {
    await planDeployment(deps, jobOf(deploymentId));
    planned.push({ deploymentId, at: Date.now() });
  }
}

function jobOf(deploymentId: string): ActiveJob<'plan'> {
  const data = { deploymentId, cause: { correlationId: 'bench' } };
  return { id: deploymentId, queue: 'plan', attempt: 0, data, signal: new AbortController().signal };
}
