import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { DeploymentState } from '../../src/domain/deployment/evolve.ts';
import type { ReplicaState } from '../../src/domain/replica/evolve.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import { openTestDatabase, queryRows } from '../support/database.ts';
import type { Database } from '../../src/postgres/database.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const HOST = `releases-${process.pid}`;
const ID = 'depl_web';

const stack = new AsyncDisposableStack();
let product: TestService;
let database: Database;
/** Image -> what it answers to a smoke test, and how often it was asked. */
const answers = new Map<string, number>();
const asked = new Map<string, number>();

beforeAll(async () => {
  createSimulatedHost(HOST, {
    registry: (image) => ({
      script: () => ({
        steps: [{ kind: 'log', text: 'serving' }],
        answers: () => {
          asked.set(image, (asked.get(image) ?? 0) + 1);
          return { code: answers.get(image) ?? 200 };
        },
      }),
    }),
  });
  stack.defer(() => dropSimulatedHost(HOST));
  product = stack.use(await testService({ NODES: `simulated://${HOST}` }));
  database = stack.use(openTestDatabase(product.databaseUrl));
});
afterAll(() => stack.disposeAsync());

async function save(image: string, strategy: object): Promise<void> {
  for (const [kind, content] of [
    ['definition', { id: 'def_web', image: { name: image, internalPorts: [8080] } }],
    ['deployment', { id: ID, definitionId: 'def_web', replicas: 2, strategy }],
  ] as const) {
    const file = join(product.shell.home, `${kind}.json`);
    await writeFile(file, JSON.stringify(content));
    await product.oo(kind, 'save', file, ...(kind === 'deployment' ? ['--detach'] : []));
  }
}

const deployment = async (): Promise<DeploymentState> =>
  (await queryRows(database, `select state from deployments where id = '${ID}'`))[0]?.['state'] as DeploymentState;
const replicas = async (): Promise<readonly ReplicaState[]> =>
  (await queryRows(database, `select state from replicas where deployment_id = '${ID}'`)).map(
    ({ state }) => state as ReplicaState,
  );

/** Waits for a state, and says how it stands when it does not come. */
async function reached(what: string, holds: (state: DeploymentState) => boolean): Promise<DeploymentState> {
  try {
    await until(what, 20_000, async () => holds(await deployment()));
  } catch (error) {
    throw new Error(`${String(error)}; it is ${JSON.stringify(await deployment())}`, { cause: error });
  }
  return deployment();
}

/** The divisions of requests so far, each as revision -> percent. */
const divisions = async (): Promise<readonly unknown[]> =>
  (
    await queryRows(
      database,
      `select data -> 'shares' as shares from events where type = 'TrafficShifted' order by position`,
    )
  ).map(({ shares }) =>
    Object.fromEntries(
      (shares as { revision: number; weight: number }[]).map(({ revision, weight }) => [revision, weight]),
    ),
  );

const blueGreen = { type: 'BlueGreen', smoke: { path: '/smoke', timeoutSeconds: 2 }, keepSeconds: 1 };

test('a second set is asked before it gets requests: a wrong answer sends it back, with what it was', async () => {
  await save('web:1', blueGreen);
  await reached('the first is up', ({ status }) => status === 'OK');
  answers.set('web:2', 503);
  await save('web:2', blueGreen);
  const { details } = await reached(
    'it has failed',
    ({ status, details: said }) => status === 'Failed' && !said.endsWith(')'),
  );
  expect(details).toMatch(/smoke test of depl_web-r2-\d: .*503.*rolled back to revision 1/);
  expect(asked.get('web:2')).toBeGreaterThan(0);
  // It never got any.
  expect(await divisions()).toEqual([{ 1: 100 }]);
  expect((await replicas()).filter(({ revision, status }) => revision === 1 && status === 'Ready')).toHaveLength(2);
});

test('a good answer of each switches all requests at once; the first set goes when its time is over', async () => {
  await save('web:3', blueGreen);
  await reached('the third has gone through', ({ status, stable }) => status === 'OK' && stable === 3);
  expect((await divisions()).at(-1)).toEqual({ 3: 100 });
  expect(asked.get('web:3')).toBe(2);
  const shifted = `select position from events where type = 'TrafficShifted' order by position desc limit 1`;
  const rows = await queryRows(
    database,
    `select type, position > (${shifted}) as later from events
     where type in ('ReplicaReady', 'ReplicaStopping') and data ->> 'replicaId' ~ '-r(1|3)-' and position > 20 order by position`,
  );
  const order = rows.map(({ type, later }) => [type, later]);
  expect(order.filter(([type]) => type === 'ReplicaStopping').every(([, later]) => later === true)).toBe(true);
  expect(order.filter(([type]) => type === 'ReplicaStopping')).toHaveLength(2);
});

test('nobody is switched before somebody promotes it; the way back starts no container', async () => {
  await save('web:4', { ...blueGreen, keepSeconds: 600, automatic: false });
  await reached('it waits', ({ details }) => details.includes('waits for: oo deployment promote depl_web'));
  expect((await divisions()).at(-1)).toEqual({ 3: 100 });
  const page = JSON.parse(await product.oo('deployment', 'get', ID, '-o', 'json')) as Record<string, unknown>;
  expect(page).toMatchObject({ spec: { strategy: { type: 'BlueGreen' } } });
  expect(await product.oo('deployment', 'promote', ID, '-m', 'looks good')).toContain(ID);
  await reached('it has all requests', ({ traffic }) => traffic?.shares[0]?.revision === 4);
  expect(await product.oo('deployment', 'get', ID)).toMatch(/100 %/);
  const before = (await queryRows(database, `select count(*) as n from events where type = 'ReplicaScheduled'`))[0];
  await product.oo('deployment', 'abort', ID, '-m', 'too slow', '--detach');
  await reached('it is back', ({ status, traffic }) => status === 'Failed' && traffic?.shares[0]?.revision === 3);
  expect((await queryRows(database, `select count(*) as n from events where type = 'ReplicaScheduled'`))[0]).toEqual(
    before,
  );
  const refused = await product.tryOo('deployment', 'promote', ID);
  expect(refused.code).toBe(5);
  expect(await product.oo('why', ID)).toContain('looks good');
});
