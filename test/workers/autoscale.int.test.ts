import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createClient, type Client } from '../../src/api/client.ts';
import type { DeploymentView, EventView } from '../../src/api/contract/deploy-schemas.ts';
import { readConfig } from '../../src/config.ts';
import type { ScalingNumbers } from '../../src/domain/deployment/scaling.ts';
import type { SimulatedHost } from '../../src/engine/simulated/host.ts';
import { NO_LATENCY } from '../../src/engine/simulated/latency.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import { createLogger } from '../../src/logger.ts';
import { openDatabase, sql } from '../../src/postgres/database.ts';
import { startService } from '../../src/process/service.ts';
import { SOLE_LOCKS } from '../../src/workers/sole-worker.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const HOST = 'autoscale-int';
const CPU_MILLIS = 500;
const DOWN_WINDOW_SECONDS = 2;
const SETTINGS = { NODES: `simulated://${HOST}`, AUTOSCALE_INTERVAL_SECONDS: '1' };
const IDLE = { steps: [{ kind: 'log' as const, text: 'serving' }], stats: { cpuMillis: 0, memoryBytes: 0 } };

const stack = new AsyncDisposableStack();
let host: SimulatedHost;
let product: TestService;
let client: Client;
/** By deployment: thousandths of a core that the running replicas share evenly, as behind a balancer. */
const load = new Map<string, number>();

beforeAll(async () => {
  const capacity = { cpuMillis: 32_000, memoryBytes: 2 ** 34, gpus: [] };
  host = createSimulatedHost(HOST, { capacity, images: { 'web:1': { script: () => IDLE } }, latencies: NO_LATENCY });
  stack.defer(() => dropSimulatedHost(HOST));
  product = stack.use(await testService(SETTINGS));
  const anybody = createClient({ baseUrl: product.url });
  const { body } = await anybody.call('login', {
    body: { slug: '1backend', password: 'changeme', appHost: 'unnamed' },
  });
  client = createClient({ baseUrl: product.url, token: body.token.token });
  await save('definition', { id: 'def', image: { name: 'web:1', internalPorts: [8080] } });
});
afterAll(() => stack.disposeAsync());

interface Saved {
  readonly id: string;
  readonly [field: string]: unknown;
}

async function save(kind: 'definition' | 'deployment', content: Saved): Promise<void> {
  const file = join(product.shell.home, `${content.id}.json`);
  await writeFile(file, JSON.stringify(content));
  await product.oo(kind, 'save', file);
}

const AUTO_SCALING = {
  minReplicas: 1,
  maxReplicas: 4,
  cpuThreshold: 50,
  scaleDownWindowSeconds: DOWN_WINDOW_SECONDS,
};

const IMPATIENT = { ...AUTO_SCALING, scaleDownWindowSeconds: 1 };

function deployment(id: string, change: object = {}): Saved {
  return {
    id,
    definitionId: 'def',
    replicas: 1,
    resources: { cpu: `${CPU_MILLIS}m` },
    autoScaling: AUTO_SCALING,
    ...change,
  };
}

async function view(id: string): Promise<DeploymentView> {
  return (await client.call('showDeployment', { params: { id } })).body;
}

async function eventsOf(id: string): Promise<readonly EventView[]> {
  return (await client.call('listEvents', { query: { after: 0, limit: 1_000, deploymentId: id } })).body.events;
}

async function steps(
  id: string,
): Promise<readonly (EventView & { data: { from: number; to: number; numbers: ScalingNumbers } })[]> {
  return (await eventsOf(id)).filter(({ type }) => type === 'DeploymentScaled') as never;
}

/** Shares the load out, then asks: whoever waits here is the balancer. */
async function untilScaled(what: string, id: string, holds: (seen: DeploymentView) => boolean): Promise<void> {
  await until(`${id}: ${what}`, 30_000, async () => {
    const running = [...host.containers.values()].filter(
      ({ phase, labels }) => phase === 'running' && labels['deploy-svc.deployment'] === id,
    );
    for (const each of running)
      each.stats = { cpuMillis: Math.round((load.get(id) ?? 0) / running.length), memoryBytes: 0 };
    return holds(await view(id));
  });
}

const settledAt =
  (count: number) =>
  ({ deployment: { status }, replicas, scaling }: DeploymentView): boolean =>
    status === 'OK' && replicas.length === count && scaling?.current === count;

/** Breaks the connection that holds the lock; how many held it. */
async function endSessionOf([first, second]: readonly [number, number]): Promise<number> {
  await using database = openDatabase({ url: product.databaseUrl, applicationName: 'test', onError: () => undefined });
  const { rows } = await sql`
    select pg_terminate_backend(pid) from pg_locks
    where locktype = 'advisory' and granted and classid = ${first} and objid = ${second} and objsubid = 2
      and database = (select oid from pg_database where datname = current_database())
  `.execute(database.db);
  return rows.length;
}

// Side by side: they wait for windows.
describe.concurrent('the autoscaler', () => {
  test('follows the load up and down within its bounds, and says why in numbers', async () => {
    const id = 'follows';
    await save('deployment', deployment(id));
    await untilScaled('1 replica', id, settledAt(1));
    load.set(id, 900);
    await untilScaled('4 replicas', id, settledAt(4));
    const up = await steps(id);
    // One replica shows at most all that it requests: 100 % of 50 % is 2; two of 450m are 180 % of it, so 4.
    expect(up.map(({ data: { from, to } }) => [from, to])).toEqual([
      [1, 2],
      [2, 4],
    ]);
    expect(up[1]?.data).toMatchObject({
      by: 'autoscaler',
      reason: 'CPU 90 % of 500m over 2 replicas, target 50 %: 4 wanted',
      numbers: {
        current: 2,
        signals: [{ signal: 'cpu', ready: 2, starting: 0, missing: 0, raw: 4 }],
        wanted: 4,
        max: 4,
      },
    });
    await untilScaled('all four measured', id, ({ scaling }) => {
      const seen = scaling?.looked?.numbers.signals[0];
      return seen?.ready === 4 && seen.missing === 0 && seen.usagePercent === 45;
    });
    expect(await product.oo('deployment', 'get', id)).toMatch(
      /^Scaling: +4, within 1 and 4: CPU 45 % of 500m over 4 replicas, target 50 %: 4 wanted; scaled 2 -> 4 \d+s ago$/m,
    );
    load.set(id, 20);
    await untilScaled('1 replica again', id, settledAt(1));
    const down = (await steps(id)).slice(2);
    expect([down.at(0)?.data.from, down.at(-1)?.data.to]).toEqual([4, 1]);
    expect(down.filter(({ data: { from, to } }) => to > from)).toEqual([]);
    expect(down.at(-1)?.data.numbers).toMatchObject({ recommended: 1, highestInDownWindow: 1, min: 1 });
  });

  test('the live count survives a save, within its new bounds, and goes with autoscaling', async () => {
    const id = 'sticky';
    await save('deployment', deployment(id));
    await untilScaled('1 replica', id, settledAt(1));
    load.set(id, 900);
    await untilScaled('4 replicas', id, settledAt(4));
    await save('deployment', deployment(id, { replicas: 2, description: 'the same size' }));
    // Every save is answered by a plan; this one says why its number does not count.
    const words = '4 wanted by the autoscaler; replicas: 2 was the size at the start';
    await until(`a plan that says "${words}"`, 30_000, async () =>
      (await eventsOf(id)).some(({ data }) => Array.isArray(data['report']) && data['report'].includes(words)),
    );
    expect((await view(id)).replicas).toHaveLength(4);
    await save('deployment', deployment(id, { autoScaling: { ...AUTO_SCALING, maxReplicas: 3 } }));
    await untilScaled('3 replicas', id, settledAt(3));
    await save('deployment', deployment(id, { replicas: 2, autoScaling: null }));
    await untilScaled('2 replicas', id, ({ deployment: { status }, replicas, scaling }) => {
      return status === 'OK' && replicas.length === 2 && scaling === undefined;
    });
  });

  test('a rollout is not scaled down; it is when it is over', async () => {
    const id = 'rolling';
    host.images.set('web:slow', { script: () => ({ ...IDLE, shutdownMs: 2_500 }) });
    await save('definition', { id: 'def_slow', image: { name: 'web:slow', internalPorts: [8080] } });
    const strategy = { maxSurge: 1, maxUnavailable: 0 };
    const slow = { definitionId: 'def_slow', replicas: 3, strategy, autoScaling: { ...IMPATIENT, maxReplicas: 3 } };
    load.set(id, 3 * CPU_MILLIS);
    await save('deployment', deployment(id, slow));
    await untilScaled('3 replicas', id, settledAt(3));
    await save('deployment', deployment(id, { ...slow, envars: { V: '2' } }));
    await untilScaled('rolling', id, ({ revision, progress }) => revision === 2 && progress.updated > 0);
    load.set(id, 0);
    await untilScaled('held back by the rollout', id, ({ scaling }) =>
      /not down: \d/.test(scaling?.looked?.sentence ?? ''),
    );
    await untilScaled('1 replica', id, settledAt(1));
    const events = await eventsOf(id);
    const lastStop = events.findLastIndex(
      ({ type, data }) => type === 'ReplicaStopped' && String(data['replicaId']).includes('-r1-'),
    );
    const firstStep = events.findIndex(({ type }) => type === 'DeploymentScaled');
    expect(firstStep).toBeGreaterThan(lastStop);
    expect(lastStop).toBeGreaterThan(0);
  });

  test('of two workers one decides, and when its session ends another goes on', async () => {
    const id = 'two-workers';
    const settings = { ...SETTINGS, ROLES: 'worker', DATABASE_URL: product.databaseUrl };
    await using other = await startService(readConfig(settings), createLogger('silent'));
    expect(other.url).toBeUndefined();
    await save('deployment', deployment(id));
    await untilScaled('1 replica', id, settledAt(1));
    load.set(id, 900);
    await untilScaled('4 replicas', id, settledAt(4));
    expect(await endSessionOf(SOLE_LOCKS.autoscale)).toBe(1);
    load.set(id, 20);
    await untilScaled('1 replica again', id, settledAt(1));
    const scaled = await steps(id);
    // Each step begins where the one before has ended: nobody decided from the same count twice.
    const ends = scaled.map(({ data: { to } }) => to);
    expect(scaled.map(({ data: { from } }) => from)).toEqual([1, ...ends.slice(0, -1)]);
    expect(ends.slice(0, 2)).toEqual([2, 4]);
    expect(scaled[1]?.actor).toBe(scaled[0]?.actor);
    expect(scaled[2]?.actor).not.toBe(scaled[1]?.actor);
    expect(ends.at(-1)).toBe(1);
  });
});

test('nobody scales down what could not be measured', async () => {
  const id = 'blind';
  host.failNext('stats', 'refused', { times: 1_000_000 });
  try {
    await save('deployment', deployment(id, { replicas: 3, autoScaling: IMPATIENT }));
    await untilScaled('3 replicas', id, settledAt(3));
    const looks = new Set<string>();
    await untilScaled('looked at for longer than the window', id, ({ scaling }) => {
      if (scaling?.looked !== undefined) looks.add(scaling.looked.at);
      return looks.size > IMPATIENT.scaleDownWindowSeconds + 3;
    });
    expect((await view(id)).scaling).toMatchObject({
      current: 3,
      looked: { sentence: 'CPU of 3 ready not measured yet: 3 kept', numbers: { signals: [], wanted: 3 } },
    });
    expect(await steps(id)).toEqual([]);
  } finally {
    host.faults.clear();
  }
  await untilScaled('1 replica once it is measured', id, settledAt(1));
});
