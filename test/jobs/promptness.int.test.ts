import { afterAll, beforeAll, expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import type { Job } from '../../src/jobs/catalogue.ts';
import { openJobQueue, type JobQueue } from '../../src/jobs/queue.ts';
import { freshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';

/** Less than half the time between two regular looks: a job that nobody is told of waits longer, more often than not. */
const PROMPT_MS = 400;

const stack = new AsyncDisposableStack();
let queue: JobQueue;
beforeAll(async () => {
  const { url } = stack.use(await freshDatabase());
  queue = stack.use(await openJobQueue({ url, onError: () => undefined, works: true }));
});
afterAll(() => stack.disposeAsync());

const cause = { correlationId: 'test' };

test('a job that is sent while another one is fetched, carried out or completed is begun at once', async () => {
  const sent = new Map<string, number>();
  const waits: number[] = [];
  await queue.work('plan', async ({ data }) => {
    waits.push(performance.now() - (sent.get(data.deploymentId) ?? Number.NaN));
    await systemClock.sleep(Math.random() * 5);
  });
  const send = async (deploymentId: string): Promise<void> => {
    const job: Job = { queue: 'plan', key: deploymentId, data: { deploymentId, cause } };
    sent.set(deploymentId, performance.now());
    await queue.send([job]);
  };
  for (let pair = 0; pair < 60; pair += 1) {
    const first = send(`first-${pair}`);
    await systemClock.sleep(Math.random() * 20);
    await Promise.all([first, send(`second-${pair}`)]);
    // Nothing else is sent before: its NOTIFY would make up for one that was missed.
    await until('both have been begun', 10_000, async () => waits.length === sent.size);
  }
  expect(Math.max(...waits)).toBeLessThan(PROMPT_MS);
});

test('jobs for later are begun when they are due, and not before', async () => {
  const lateness: number[] = [];
  await queue.work('wake', async ({ data }) => void lateness.push(Date.now() - Number(data.deploymentId)));
  // Some moments between two regular looks, so that no more than one of them is met by chance.
  const from = Date.now();
  const dues = [300, 550, 800, 1_050, 1_300].map((ms) => from + ms);
  const jobs = dues.map((due): Job => {
    const deploymentId = String(due);
    return { queue: 'wake', key: deploymentId, data: { deploymentId, cause }, startAfter: new Date(due) };
  });
  await queue.send(jobs);
  await until('all have been begun', 10_000, async () => lateness.length === dues.length);
  expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...lateness)).toBeLessThan(200);
});
