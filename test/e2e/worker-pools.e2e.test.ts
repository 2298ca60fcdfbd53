import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { testService, type TestService } from '../support/service.ts';
import { startProcess, type ServiceProcess } from '../support/service-process.ts';
import { until } from '../support/until.ts';

/** An API that does no work, and a pool of workers in each of two clusters, with the cluster's one node. */
const stack = new AsyncDisposableStack();
let product: TestService;
let east: ServiceProcess;

beforeAll(async () => {
  product = stack.use(await testService({ ROLES: 'api' }));
  // One that plans and reaches no node.
  await start({ QUEUES: 'plan,replan,wake,resolve,build,register', WATCH: 'false', NODES: ',' });
  east = await pool('east');
  await pool('west');
  const file = join(product.shell.home, 'definition.json');
  await writeFile(file, JSON.stringify({ id: 'def', image: { name: 'web:1', internalPorts: [8080] } }));
  await product.oo('definition', 'save', file);
});
afterAll(() => stack.disposeAsync());

async function start(settings: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  return stack.use(await startProcess({ databaseUrl: product.databaseUrl, settings }));
}

/** A worker that is bound to a cluster, with a node in its own network: nobody else reaches it. */
function pool(cluster: string): Promise<ServiceProcess> {
  return start({ CLUSTERS: cluster, CLUSTER: cluster, NODES: `simulated://${cluster}`, QUEUES: 'start,stop,smoke' });
}

async function save(id: string, cluster: string, replicas: number): Promise<void> {
  const file = join(product.shell.home, 'deployment.json');
  await writeFile(file, JSON.stringify({ id, definitionId: 'def', replicas, targetRegions: [{ cluster }] }));
  await product.oo('deployment', 'save', file);
}

const isUp = async (id: string): Promise<boolean> =>
  (JSON.parse(await product.oo('deployment', 'get', id, '-o', 'json')) as { deployment: { status: string } }).deployment
    .status === 'OK';

interface Told {
  readonly type: string;
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Which workers started replicas of a deployment. */
async function startersOf(id: string): Promise<readonly string[]> {
  const told = JSON.parse(
    await product.oo('events', '--after', '0', '--limit', '1000', '-o', 'json'),
  ) as readonly Told[];
  return [
    ...new Set(
      told
        .filter(({ type, data }) => type === 'ContainerStarted' && data['deploymentId'] === id)
        .map(({ actor }) => actor.replace('worker/', '')),
    ),
  ];
}

interface Listed {
  readonly id: string;
  readonly pid: number;
  readonly clusters: readonly string[];
  readonly nodes: readonly string[];
}

const workers = async (): Promise<readonly Listed[]> =>
  JSON.parse(await product.oo('worker', 'list', '-o', 'json')) as readonly Listed[];

const warnings = async (): Promise<string> => (await product.tryOo('worker', 'list')).stderr;

test('each cluster is worked on by its own pool alone, and the list says who does what', async () => {
  for (const cluster of ['east', 'west']) await save(`web-${cluster}`, cluster, 3);
  for (const cluster of ['east', 'west']) {
    await until(`web-${cluster} is up`, 20_000, () => isUp(`web-${cluster}`));
    const bound = (await workers()).filter(({ clusters }) => clusters.includes(cluster));
    expect(await startersOf(`web-${cluster}`)).toEqual(bound.map(({ id }) => id));
    expect(bound.map(({ nodes }) => nodes.length)).toEqual([1]);
  }
  expect(await workers()).toHaveLength(3);
  expect(await warnings()).toBe('');
});

test('without its pool a cluster waits, others go on, and the list says what nobody serves', async () => {
  east.signal('SIGKILL');
  await east.end();
  await save('more-east', 'east', 2);
  await save('more-west', 'west', 2);
  await until('more-west is up', 20_000, () => isUp('more-west'));
  await until('the dead worker is gone', 10_000, async () => (await workers()).every(({ pid }) => pid !== east.pid));
  const said = await warnings();
  expect(said).toMatch(
    /^Warning: no worker serves cluster east \(1 node, \d+ jobs? waiting\); start one with CLUSTERS=east, or without CLUSTERS\n$/,
  );
  expect(Number(/(\d+) jobs?/.exec(said)?.[1])).toBeGreaterThan(0);
  expect(await isUp('more-east')).toBe(false);
  expect(await startersOf('more-east')).toEqual([]);
});

test('the next worker of the pool takes over the jobs that waited, and the watch', async () => {
  const heir = await pool('east');
  await until('more-east is up', 20_000, () => isUp('more-east'));
  const row = (await workers()).find(({ pid }) => pid === heir.pid);
  expect(row?.nodes).toHaveLength(1);
  expect(await startersOf('more-east')).toEqual([row?.id]);
  // Its node is a new one in its process: what ran on the old is found gone, and started again.
  await until('web-east is up again', 20_000, () => isUp('web-east'));
  expect(await warnings()).toBe('');
});

test('a queue that nobody serves is named with what waits in it', async () => {
  const planner = (await workers()).find(({ clusters }) => clusters.length === 0);
  process.kill(planner?.pid ?? 0, 'SIGKILL');
  await until('the planner is gone', 10_000, async () => (await workers()).every(({ pid }) => pid !== planner?.pid));
  await save('unplanned', 'west', 1);
  expect(await warnings()).toMatch(/Warning: no worker serves queue plan \(1 job waiting\); start one without QUEUES/);
});
