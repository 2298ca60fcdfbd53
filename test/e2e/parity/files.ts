import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type Docker from 'dockerode';
import { expect } from 'vitest';
import { parse } from 'yaml';

import { LABEL } from '../../../src/engine/engine.ts';
import { until } from '../../support/until.ts';
import { LOCAL, type World } from './world.ts';
import type { Block } from './specification.ts';

/** What has to come of a file, or of a part of one, of the specification. By its first line. */
export const FILES: Readonly<Record<number, (world: World, block: Block) => Promise<void>>> = {
  20: full,
  47: minimal,
  97: replicaManagement,
  105: resourceAllocation,
  110: resourceFormats,
  123: strategyOf('RollingUpdate maxUnavailable=1 maxSurge=2'),
  132: strategyOf('Recreate'),
  140: webApplication,
  165: modelService,
  187: userService,
  210: development,
  227: clusterTargeting,
  267: staticConfiguration,
  273: dynamicConfiguration,
  301: resourceEfficiency,
  311: strategyOf('RollingUpdate maxUnavailable=0 maxSurge=3'),
  331: reducedRequirements,
};

const EXAMPLES = join(import.meta.dirname, '../../fixtures/examples');
const NOTHING = { NanoCpus: 0, Memory: 0 };
/** What the strategy is where a file says nothing of it. */
const DEFAULT_STRATEGY = 'RollingUpdate maxUnavailable=0 maxSurge=1';

/** A whole file is accepted as it is, and is the example of that name. */
function sameAsExample({ yaml }: Block, name: string): void {
  expect(parse(yaml)).toEqual(parse(readFileSync(join(EXAMPLES, `${name}.yaml`), 'utf8')));
}

/** A part of a file, in the smallest file that it can stand in. */
function fileWith(id: string, part: string): string {
  return `id: ${id}\ndefinitionId: def_myapp456\n${part}`;
}

function environmentOf({ Config }: Docker.ContainerInspectInfo): Readonly<Record<string, string>> {
  const pairs = Config.Env.map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

interface Held {
  readonly replicas: number;
  readonly limits: object;
  readonly strategy: string;
  readonly environment?: object;
}

/** What Docker itself says of the containers. */
async function expectHeld(
  world: World,
  id: string,
  { replicas, limits, strategy, environment = {} }: Held,
): Promise<void> {
  const containers = await world.inspect(id);
  expect(containers.map(({ State }) => State.Running)).toEqual(Array.from({ length: replicas }, () => true));
  for (const container of containers) {
    expect(container.HostConfig).toMatchObject(limits);
    expect(container.Config.Labels[LABEL.strategy]).toBe(strategy);
    expect(environmentOf(container)).toMatchObject(environment);
  }
}

async function placesOf(world: World, id: string): Promise<readonly (string | undefined)[]> {
  const { replicas } = await world.view(id);
  return replicas.filter(({ status }) => status === 'Ready').map(({ nodeId }) => nodeId);
}

/** It lacks its definition, then cards, and says both; with them it runs. Its names are those of the commands. */
async function full(world: World, block: Block): Promise<void> {
  sameAsExample(block, 'full');
  const id = 'depl_myservice123';
  await world.define('def_myservice456');
  const lack = /^3 replicas fit no node: node_\w+ .*vram needs 24G, has no GPU/;
  await world.until(id, 'Deploying', lack);
  const { details = '' } = (await world.view(id)).deployment;
  const rowOf = async (flags: string): Promise<string | undefined> =>
    (await world.run(`oo deployment list ${flags}`)).stdout.split('\n').find((line) => line.startsWith(id));
  expect(await rowOf('--full')).toBe(`${id}   def_myservice456   Deploying   ${details}`);
  const [shown = '', rest] = (await rowOf(''))?.split('   Deploying   ')[1]?.split('…') ?? [];
  expect([details.startsWith(shown), shown.length > 70 && shown.length <= 75, rest]).toEqual([true, true, '']);
  await world.cards.during(() => world.until(id, 'OK', /^$/));
  expect(await placesOf(world, id)).toEqual(Array.from({ length: 3 }, () => world.cards.id));
  const { deployment } = await world.view(id);
  expect(deployment).toMatchObject(parse(block.yaml) as object);
}

async function minimal(world: World, block: Block): Promise<void> {
  sameAsExample(block, 'minimal');
  await world.deploy(block.yaml);
  const environment = { FROM_DEFINITION: 'yes' };
  await expectHeld(world, 'depl_simple123', { replicas: 1, limits: NOTHING, strategy: DEFAULT_STRATEGY, environment });
}

async function replicaManagement(world: World, { yaml }: Block): Promise<void> {
  const { deployment } = await world.deploy(fileWith('depl_scaled', yaml));
  expect(deployment).toMatchObject({ replicas: 5, autoScaling: { minReplicas: 2, maxReplicas: 20, cpuThreshold: 75 } });
  // A quarter of the replicas where nothing is said: down at most, and beyond at most.
  const strategy = 'RollingUpdate maxUnavailable=1 maxSurge=2';
  await expectHeld(world, 'depl_scaled', { replicas: 5, limits: NOTHING, strategy });
  await world.remove('depl_scaled');
}

async function resourceAllocation(world: World, { yaml }: Block): Promise<void> {
  await world.cards.during(async () => {
    await world.deploy(fileWith('depl_allocated', yaml));
  });
  const { body } = await world.admin.call('listNodes', { body: { ids: [world.cards.id] } });
  expect(body.nodes[0]).toMatchObject({
    usage: { cpu: { used: 2_000 }, memory: { used: 4 * 2 ** 30 } },
    gpus: expect.arrayContaining([expect.objectContaining({ memoryUsage: Math.round(48e9 / 2 ** 20) })]),
  });
  await world.remove('depl_allocated');
}

/** One deployment for each way to write a quantity. */
async function resourceFormats(world: World, { yaml }: Block): Promise<void> {
  const ways = yaml.split('\n').filter((line) => /^\w+:/.test(line));
  const ids = ways.map((_, index) => `depl_format${index}`);
  const files = ways.map((way, index) => {
    const region = way.startsWith('vram') ? '' : 'targetRegions:\n  - cluster: local-docker\n';
    return fileWith(ids[index] ?? '', `resources:\n  ${way}\n${region}`);
  });
  await world.write('formats.yaml', files.join('---\n'));
  const { cpuMillis } = await world.product.engine.capacity();
  expect(cpuMillis).toBeGreaterThanOrEqual(2_000);
  await world.cards.during(async () => {
    expect(await world.run('oo deployment save formats.yaml')).toEqual({ code: 0, stdout: '', stderr: '' });
    // Two cores hold the first two, and four hold all three.
    const waits = cpuMillis < 4_000 ? ['depl_format2'] : [];
    for (const id of ids.filter((each) => !waits.includes(each))) await world.until(id, 'OK');
    for (const id of waits) await world.until(id, 'Deploying', /cpu needs 2\.5, has /);
  });
  const limits = async (id: string): Promise<unknown> =>
    (await world.inspect(id)).map(({ HostConfig }) => [HostConfig.NanoCpus, HostConfig.Memory]);
  expect([await limits('depl_format0'), await limits('depl_format1')]).toEqual([
    [[500_000_000, 0]],
    [[1_000_000_000, 0]],
  ]);
  expect([await limits('depl_format3'), await limits('depl_format4'), await limits('depl_format5')]).toEqual([
    [[0, 128 * 2 ** 20]],
    [[0, 2 ** 30]],
    [[0, 512_000_000]],
  ]);
  const { body } = await world.admin.call('listNodes', { body: { ids: [world.cards.id] } });
  const held = body.nodes[0]?.gpus?.reduce((sum, { memoryUsage }) => sum + memoryUsage, 0) ?? 0;
  expect(Math.abs(held - 72e9 / 2 ** 20)).toBeLessThan(2);
  await world.remove(...ids);
}

function strategyOf(strategy: string) {
  return async (world: World, { line, yaml }: Block): Promise<void> => {
    const id = `depl_strategy${line}`;
    const file = fileWith(id, yaml);
    await world.deploy(file);
    // A change is rolled out by it.
    await world.deploy(`${file}envars: {VERSION: "two"}\n`);
    await expectHeld(world, id, { replicas: 1, limits: NOTHING, strategy, environment: { VERSION: 'two' } });
    await world.remove(id);
  };
}

/** Waits in words for a node of its regions, then fills the one that comes as far as it goes. */
async function webApplication(world: World, block: Block): Promise<void> {
  sameAsExample(block, 'webapp');
  const id = 'depl_webapp_prod';
  await world.write('webapp.yaml', block.yaml);
  await world.run('oo deployment save webapp.yaml');
  await world.until(id, 'Deploying', /5 replicas fit no node: .*node_\w+ region needs us-east1 or us-west1/);
  await world.product.oo('node', 'add', LOCAL, '--cluster', 'us-east1');
  const fits = Math.min(5, Math.floor((await world.product.engine.capacity()).cpuMillis / 1_000));
  const running = async (): Promise<readonly Docker.ContainerInspectInfo[]> =>
    (await world.inspect(id)).filter(({ State }) => State.Running);
  await until('as many run as fit', 60_000, async () => (await running()).length === fits);
  if (fits < 5)
    await world.until(id, 'Deploying', new RegExp(`${5 - fits} replicas? fits? no node: .*cpu needs 1, has `));
  for (const { HostConfig } of await running()) {
    expect(HostConfig).toMatchObject({ NanoCpus: 1_000_000_000, Memory: 512 * 2 ** 20 });
  }
  await world.remove(id);
  await world.product.oo('node', 'add', LOCAL, '--cluster', 'local-docker');
}

/** Runs nowhere but in its zone. */
async function modelService(world: World, block: Block): Promise<void> {
  sameAsExample(block, 'ai-model');
  const id = 'depl_ai_model';
  await world.write('model.yaml', block.yaml);
  await world.run('oo deployment save model.yaml');
  await world.until(id, 'Deploying', /region needs gpu-cluster-a100\/gpu-zone-1, has local-docker/);
  await using zone = await world.addCards({
    name: 'parity-a100',
    cluster: 'gpu-cluster-a100',
    zone: 'gpu-zone-1',
    cores: 32,
  });
  await zone.during(() => world.until(id, 'OK'));
  expect(await placesOf(world, id)).toEqual([zone.id, zone.id]);
  await world.remove(id);
}

async function userService(world: World, block: Block): Promise<void> {
  sameAsExample(block, 'user-service');
  await world.product.oo('secret', 'save', 'jwt-secret', 'a-secret-of-the-example');
  await world.deploy(block.yaml);
  await expectHeld(world, 'depl_user_service', {
    replicas: 3,
    limits: { NanoCpus: 500_000_000, Memory: 256 * 2 ** 20 },
    strategy: DEFAULT_STRATEGY,
    environment: {
      DATABASE_HOST: 'user-db.internal',
      DATABASE_PORT: '5432',
      JWT_SECRET: 'a-secret-of-the-example',
      FROM_DEFINITION: 'yes',
    },
  });
  await world.remove('depl_user_service');
}

async function development(world: World, block: Block): Promise<void> {
  sameAsExample(block, 'development');
  await world.deploy(block.yaml);
  await expectHeld(world, 'depl_dev_api', {
    replicas: 1,
    limits: { NanoCpus: 250_000_000, Memory: 128 * 2 ** 20 },
    strategy: 'Recreate',
    environment: { NODE_ENV: 'development', DEBUG: 'true', HOT_RELOAD: 'true', LOG_LEVEL: 'debug' },
  });
  await world.remove('depl_dev_api');
}

/** Of its three places only one is there. */
async function clusterTargeting(world: World, { yaml }: Block): Promise<void> {
  await world.cards.during(async () => {
    await world.deploy(fileWith('depl_targeted', yaml));
  });
  expect(await placesOf(world, 'depl_targeted')).toEqual([world.localId]);
  await world.remove('depl_targeted');
}

async function staticConfiguration(world: World, { yaml }: Block): Promise<void> {
  await world.deploy(fileWith('depl_static', yaml));
  const environment = { NODE_ENV: 'production', LOG_LEVEL: 'info', API_TIMEOUT: '30s', MAX_CONNECTIONS: '100' };
  await expectHeld(world, 'depl_static', { replicas: 1, limits: NOTHING, strategy: DEFAULT_STRATEGY, environment });
  await world.remove('depl_static');
}

async function dynamicConfiguration(world: World, { yaml }: Block): Promise<void> {
  await world.product.oo('secret', 'save', 'db-password', 'of-the-database');
  await world.product.oo('secret', 'save', 'external-api-key', 'of-somebody-else');
  await world.deploy(fileWith('depl_dynamic', yaml));
  const environment = {
    DATABASE_PASSWORD: 'of-the-database',
    API_KEY: 'of-somebody-else',
    ENVIRONMENT: 'a-test',
    BUILD_VERSION: '42',
  };
  await expectHeld(world, 'depl_dynamic', { replicas: 1, limits: NOTHING, strategy: DEFAULT_STRATEGY, environment });
  await world.remove('depl_dynamic');
}

async function resourceEfficiency(world: World, { yaml }: Block): Promise<void> {
  await world.deploy(fileWith('depl_efficient', yaml));
  const limits = { NanoCpus: 500_000_000, Memory: 256 * 2 ** 20 };
  // `minReplicas` of them, as nothing is said of `replicas`.
  await expectHeld(world, 'depl_efficient', { replicas: 2, limits, strategy: DEFAULT_STRATEGY });
  await world.remove('depl_efficient');
}

/** What does not fit beside others comes up when its requirements are reduced. */
async function reducedRequirements(world: World, { yaml }: Block): Promise<void> {
  const { cpuMillis } = await world.product.engine.capacity();
  await world.deploy(fileWith('depl_holder', `resources: {cpu: "${cpuMillis - 500}m"}\n`));
  await world.write('reduced.yaml', fileWith('depl_reduced', 'resources: {cpu: "1", memory: "512Mi"}\n'));
  await world.run('oo deployment save reduced.yaml');
  await world.until('depl_reduced', 'Deploying', /1 replica fits no node: .*cpu needs 1, has 500m/);
  await world.deploy(fileWith('depl_reduced', yaml));
  const limits = { NanoCpus: 250_000_000, Memory: 128 * 2 ** 20 };
  await expectHeld(world, 'depl_reduced', { replicas: 1, limits, strategy: DEFAULT_STRATEGY });
  await world.remove('depl_reduced', 'depl_holder');
}
