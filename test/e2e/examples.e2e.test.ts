import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { LABEL } from '../../src/engine/engine.ts';
import { buildWebImage } from '../support/images.ts';
import { until } from '../support/until.ts';
import { testService, type TestService } from '../support/service.ts';

const EXAMPLES = join(import.meta.dirname, '../fixtures/examples');
const IMAGE = 'deploy-svc-test/examples:1';
const DEFINITIONS = [
  'def_myservice456',
  'def_myapp456',
  'def_webapp_v2',
  'def_llama_70b',
  'def_user_api',
  'def_api_dev',
];

let product: TestService;

beforeAll(async () => {
  product = await testService();
  await buildWebImage(product.engine, IMAGE, 'examples');
  await product.oo('secret', 'save', 'jwt-secret', 'a-secret-of-the-example');
  for (const id of DEFINITIONS) {
    const file = join(product.shell.home, `${id}.yaml`);
    await writeFile(
      file,
      `id: ${id}\nimage:\n  name: ${IMAGE}\n  internalPorts: [8080]\nenvars:\n  - key: FROM_DEFINITION\n    value: "yes"\n`,
    );
    await product.oo('definition', 'save', file);
  }
});
afterAll(() => product[Symbol.asyncDispose]());

function environmentOf({ Config }: Docker.ContainerInspectInfo): Record<string, string> {
  return Object.fromEntries(
    Config.Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

const HELD = [
  {
    file: 'user-service.yaml',
    id: 'depl_user_service',
    replicas: 3,
    cpu: 500_000_000,
    memory: 256 * 2 ** 20,
    strategy: 'RollingUpdate maxUnavailable=0 maxSurge=1',
    env: {
      DATABASE_HOST: 'user-db.internal',
      DATABASE_PORT: '5432',
      JWT_SECRET: 'a-secret-of-the-example',
      FROM_DEFINITION: 'yes',
    },
  },
  {
    file: 'development.yaml',
    id: 'depl_dev_api',
    replicas: 1,
    cpu: 250_000_000,
    memory: 128 * 2 ** 20,
    strategy: 'Recreate',
    env: { NODE_ENV: 'development', DEBUG: 'true', HOT_RELOAD: 'true', LOG_LEVEL: 'debug' },
  },
  {
    file: 'minimal.yaml',
    id: 'depl_simple123',
    replicas: 1,
    cpu: 0,
    memory: 0,
    strategy: 'RollingUpdate maxUnavailable=0 maxSurge=1',
    env: { FROM_DEFINITION: 'yes' },
  },
] as const;

test.each(HELD)('$file runs as it says', async ({ file, id, replicas, cpu, memory, strategy, env }) => {
  await product.oo('deployment', 'save', '--wait', join(EXAMPLES, file));
  const containers = await product.inspectAll(id);
  expect(containers).toHaveLength(replicas);
  for (const container of containers) {
    expect(container.State.Running).toBe(true);
    expect(container.HostConfig.NanoCpus).toBe(cpu);
    expect(container.HostConfig.Memory).toBe(memory);
    expect(container.Config.Labels[LABEL.strategy]).toBe(strategy);
    expect(environmentOf(container)).toMatchObject(env);
  }
});

test.each([
  { file: 'full.yaml', id: 'depl_myservice123', lack: /3 replicas fit no node: node_\w+ .*vram needs 24G, has no GPU/ },
  { file: 'ai-model.yaml', id: 'depl_ai_model', lack: /region needs gpu-cluster-a100\/gpu-zone-1, has local-docker/ },
  {
    file: 'webapp.yaml',
    id: 'depl_webapp_prod',
    lack: /5 replicas fit no node: node_\w+ region needs us-east1 or us-west1/,
  },
])('$file stays Deploying with the numbers that do not fit', async ({ file, id, lack }) => {
  await product.oo('deployment', 'save', '--detach', join(EXAMPLES, file));
  const { code, stderr } = await product.tryOo('deployment', 'watch', '--timeout', '2s', id);
  expect(code).toBe(7);
  expect(stderr).toMatch(lack);
  const [, row] = (await product.oo('deployment', 'list', '--full'))
    .split('\n')
    .filter((line, index) => index === 0 || line.startsWith(`${id} `));
  expect(row).toMatch(/ Deploying /);
  expect(row).toMatch(lack);
});

test('webapp.yaml fills a node of its region as far as it goes, and says in numbers what the rest lacks', async () => {
  for (const { id } of HELD) await product.oo('deployment', 'remove', id);
  await product.oo('node', 'add', 'unix:///var/run/docker.sock', '--cluster', 'us-east1');
  const [node] = JSON.parse(await product.oo('node', 'list', '-o', 'json')) as [{ id: string }];
  const capacity = await product.engine.capacity();
  const fits = Math.min(5, Math.floor(capacity.cpuMillis / 1_000));
  const running = async (): Promise<Awaited<ReturnType<typeof product.inspectAll>>> =>
    (await product.inspectAll('depl_webapp_prod')).filter(({ State }) => State.Running);
  await until('as many run as fit', 30_000, async () => (await running()).length === fits);
  const { stderr } = await product.tryOo('deployment', 'watch', '--timeout', '2s', 'depl_webapp_prod');
  const containers = await running();
  expect(containers).toHaveLength(fits);
  for (const { HostConfig } of containers) {
    expect([HostConfig.NanoCpus, HostConfig.Memory]).toEqual([1_000_000_000, 512 * 2 ** 20]);
  }
  // A machine with five cores and more holds them all.
  expect(stderr.includes(`${5 - fits} replicas fit no node: ${node.id} cpu needs 1, has `)).toBe(fits < 5);
});
