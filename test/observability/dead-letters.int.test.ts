import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Job } from '../../src/jobs/catalogue.ts';
import { openJobQueue } from '../../src/jobs/queue.ts';
import { openDatabase, sql, type Database } from '../../src/postgres/database.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const TOKEN = 'a-token-for-scrapers';
const stack = new AsyncDisposableStack();
let service: TestService;
let database: Database;
beforeAll(async () => {
  service = stack.use(await testService({ NODES: 'simulated://dead-letters', METRICS_TOKEN: TOKEN }));
  database = stack.use(openDatabase({ url: service.databaseUrl, applicationName: 'test', onError: () => undefined }));
}, 30_000);
afterAll(() => stack.disposeAsync());

/** Sends a job that no handler understands, with one attempt, and waits until it is given up. */
async function giveUp(deploymentId: string): Promise<void> {
  await using queue = await openJobQueue({ url: service.databaseUrl, onError: () => undefined, works: false });
  const data = { deploymentId, cause: { correlationId: 7 } };
  const startAfter = new Date(Date.now() + 3_600_000);
  await queue.send([{ queue: 'plan', key: deploymentId, data, startAfter } as unknown as Job]);
  await sql`update pgboss.job set retry_limit = 0, start_after = now() where data ->> 'deploymentId' = ${deploymentId}`.execute(
    database.db,
  );
  queue.wake('plan');
  await until(`the job of ${deploymentId} is given up`, 10_000, async () => (await dead()).includes(deploymentId));
}

async function dead(): Promise<readonly string[]> {
  const { rows } = await sql<{ key: string }>`
    select data ->> 'deploymentId' as key from pgboss.job where name = 'dead-letters' and state = 'created' order by 1
  `.execute(database.db);
  return rows.map(({ key }) => key);
}

test('nothing was given up: said to a person, and an empty list to a program', async () => {
  expect(await service.oo('job', 'list', '--dead')).toMatch(/^JOB ID +QUEUE +KEY +ATTEMPTS +AGE +LAST ERROR\n$/);
  expect(JSON.parse(await service.oo('job', 'ls', '-o', 'json'))).toEqual([]);
  expect(await service.oo('job', 'retry', '--all')).toBe('0 jobs sent back to their queues; none is left\n');
});

test('what was given up is listed with its reason, counted, and sent back', async () => {
  await giveUp('web');
  await giveUp('api');
  const listed = JSON.parse(await service.oo('job', 'list', '--dead', '-o', 'json')) as readonly {
    id: string;
    key: string;
  }[];
  expect(listed).toMatchObject([
    { queue: 'plan', key: 'api', attempts: 1, error: expect.stringContaining('correlationId') },
    { queue: 'plan', key: 'web' },
  ]);
  expect(await service.oo('job', 'list')).toMatch(/plan +web +1 +\d+s +/);

  const scraped = await fetch(`${service.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(await scraped.text()).toContain('deploy_svc_dead_jobs{queue="plan"} 2\n');

  const one = listed.find(({ key }) => key === 'web')?.id ?? '';
  expect(await service.oo('job', 'retry', one)).toBe('1 job sent back to its queue; 1 left: oo job list --dead\n');
  expect(await dead()).toEqual(['api']);
  expect(await service.oo('job', 'retry', '--all')).toBe('1 job sent back to its queue; none is left\n');
  const { rows } = await sql`
    select distinct name, retry_limit from pgboss.job where data ->> 'deploymentId' in ('web', 'api') and state < 'completed'
  `.execute(database.db);
  // With all its attempts anew.
  expect(rows).toEqual([{ name: 'plan', retry_limit: 50 }]);
});

test('an id that is not there, and no id at all, are refused with what to do', async () => {
  const unknown = await service.tryOo('job', 'retry', '00000000-0000-4000-8000-000000000000');
  expect(unknown).toMatchObject({ code: 3, stderr: expect.stringContaining('oo job list --dead') });
  const none = await service.tryOo('job', 'retry');
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('oo job retry --all') });
  expect(await service.tryOo('job', 'retry', '--all', 'x')).toMatchObject({ code: 2 });
  const malformed = await service.tryOo('job', 'retry', 'nonsense');
  expect(malformed).toMatchObject({ code: 2 });
});

test('who is no administrator sees none and retries none', async () => {
  await service.oo('register', 'plain', 'plain-password');
  expect(await service.tryOo('job', 'list')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('deploy-svc:job:view'),
  });
  expect(await service.tryOo('job', 'retry', '--all')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('deploy-svc:job:retry'),
  });
});
