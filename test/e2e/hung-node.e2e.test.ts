import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

/** More start jobs of four replicas each than a worker has places. */
const REPLICAS = 60;
const FINE = 'simulated://beside-hung';

let product: TestService;
let proxy: Proxy;
beforeAll(async () => {
  proxy = await startProxy('/var/run/docker.sock');
  product = await testService({ NODES: FINE, CLUSTER: 'one', ZONE: 'fine', DOCKER_INSECURE_TCP: 'true' });
  await product.oo(
    'node',
    'add',
    `tcp://127.0.0.1:${proxy.port}`,
    '--cluster',
    'one',
    '--zone',
    'hung',
    '--id',
    'hung',
  );
  await save('definition', { id: 'def', image: { name: 'web:1', internalPorts: [8080] } });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  dropSimulatedHost(new URL(FINE).hostname);
});

async function save(kind: 'definition' | 'deployment', content: object): Promise<void> {
  const file = join(product.shell.home, `${kind}.json`);
  await writeFile(file, JSON.stringify(content));
  await product.oo(kind, 'save', file);
}

interface Told {
  readonly position: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const story = async (): Promise<readonly Told[]> =>
  JSON.parse(await product.oo('events', '--after', '0', '--limit', '1000', '-o', 'json')) as readonly Told[];

const positionOf = async (passes: (event: Told) => boolean): Promise<number | undefined> =>
  (await story()).find(passes)?.position;

test('an engine that accepts and never answers does not hold up the start of replicas on other nodes', async () => {
  proxy.freeze();
  const zone = (name: string): object => ({ targetRegions: [{ cluster: 'one', zone: name }] });
  await save('deployment', { id: 'stuck', definitionId: 'def', replicas: REPLICAS, ...zone('hung') });
  const scheduled = ({ type, data }: Told): boolean => type === 'ReplicaScheduled' && data['deploymentId'] === 'stuck';
  await until('its replicas are scheduled', 10_000, async () => (await positionOf(scheduled)) !== undefined);
  await save('deployment', { id: 'fine', definitionId: 'def', replicas: 2, ...zone('fine') });
  const isReady = ({ type, data }: Told): boolean => type === 'ReplicaReady' && data['deploymentId'] === 'fine';
  await until('the other deployment is ready', 10_000, async () => (await story()).filter(isReady).length === 2);
  await until(
    'the node is lost',
    20_000,
    async () => (await positionOf(({ type }) => type === 'NodeLost')) !== undefined,
  );
  // Before anybody knew that the engine hangs: nothing but the bound per node kept places free.
  const last = (await story()).findLast(isReady)?.position ?? 0;
  expect(last).toBeLessThan((await positionOf(({ type }) => type === 'NodeLost')) ?? 0);
});

test('once the node is lost, what was under way there ends at once, not with the deadlines of its calls', async () => {
  const held = async (): Promise<number> => {
    const workers = JSON.parse(await product.oo('worker', 'list', '-o', 'json')) as readonly {
      readonly jobs: Readonly<Record<string, number>>;
    }[];
    return workers.reduce((sum, { jobs }) => sum + (jobs['start.one'] ?? 0), 0);
  };
  // A call has 10 s, of which some five have passed.
  await until('nothing is under way at it', 3_000, async () => (await held()) === 0);
  expect(await held()).toBe(0);
});
