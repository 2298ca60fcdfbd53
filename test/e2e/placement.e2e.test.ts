import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { DeploymentView } from '../../src/api/contract/deploy-schemas.ts';
import type { Node } from '../../src/api/contract/registry-schemas.ts';
import { createSimulatedHost, dropSimulatedHost, simulatedHost } from '../../src/engine/simulated/registry.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const EXAMPLE = join(import.meta.dirname, '../fixtures/examples/ai-model.yaml');
const ID = 'depl_ai_model';
const REGION = ['--cluster', 'gpu-cluster-a100', '--zone', 'gpu-zone-1'];
const Gi = 2 ** 30;
const HOSTS = ['placement-two', 'placement-declared', 'placement-small', 'placement-bare'] as const;

let product: TestService;

beforeAll(async () => {
  const large = { cpuMillis: 32_000, memoryBytes: 256 * Gi };
  const cards = (...sizes: readonly number[]): { name: string; vramBytes: number; index: number }[] =>
    sizes.map((size, index) => ({ name: 'H100', vramBytes: size * 2 ** 20, index }));
  createSimulatedHost('placement-two', { capacity: { ...large, gpus: cards(81_559, 81_559) } });
  createSimulatedHost('placement-declared', { capacity: { ...large, gpus: [] } });
  createSimulatedHost('placement-small', { capacity: { ...large, gpus: cards(40_960, 40_960) } });
  createSimulatedHost('placement-bare', { capacity: { ...large, gpus: [] } });
  product = await testService({
    NODES: 'simulated://placement-small',
    CLUSTER: 'gpu-cluster-a100',
    ZONE: 'gpu-zone-1',
  });
  const definition = join(product.shell.home, 'llama.yaml');
  await writeFile(definition, 'id: def_llama_70b\nimage:\n  name: llama:70b\n  internalPorts: [8080]\n');
  await product.oo('definition', 'save', definition);
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  for (const host of HOSTS) dropSimulatedHost(host);
});

/** The example with so many replicas. */
async function example(replicas: number): Promise<string> {
  const file = join(product.shell.home, `ai-model-${replicas}.yaml`);
  const text = await readFile(EXAMPLE, 'utf8');
  await writeFile(file, text.replace('replicas: 2', `replicas: ${replicas}`));
  return file;
}

/** `host/card` of every running container. */
function cardsInUse(): readonly string[] {
  return HOSTS.flatMap((name) =>
    [...simulatedHost(name).containers.values()]
      .filter(({ phase }) => phase === 'running')
      .flatMap(({ spec }) => (spec.gpuIndexes ?? []).map((index) => `${name}/${index}`)),
  ).sort();
}

/** Waits until the details of a deployment say all of that. */
async function says(id: string, ...texts: readonly string[]): Promise<void> {
  let details: string | undefined;
  await until(`${id} says ${texts.join(' and ')}`, 10_000, async () => {
    const shown = JSON.parse(await product.oo('deployment', 'get', id, '-o', 'json')) as DeploymentView;
    details = shown.deployment.details;
    return texts.every((text) => details?.includes(text));
  }).catch((error: unknown) => {
    throw new Error(`it says: ${details}`, { cause: error });
  });
}

test('on a fleet that lacks the cards it says which node lacks what', async () => {
  await product.oo('node', 'add', 'simulated://placement-bare', '--id', 'bare', ...REGION);
  await product.oo('node', 'add', 'simulated://placement-two', '--id', 'two', '--cluster', 'elsewhere');
  await product.oo('deployment', 'save', '--detach', EXAMPLE);
  await says(
    ID,
    '2 replicas fit no node',
    'bare vram needs 80G, has no GPU',
    ' vram needs 80G, has 40832Mi free on the emptiest of 2 cards, 128Mi per card kept back',
    'two region needs gpu-cluster-a100/gpu-zone-1, has elsewhere/default',
  );
  expect(cardsInUse()).toEqual([]);
});

test('it is placed as soon as the cards are there, never two replicas on one', async () => {
  await product.oo('node', 'add', 'simulated://placement-two', ...REGION);
  await product.oo('deployment', 'watch', '--timeout', '20s', ID);
  expect(cardsInUse()).toEqual(['placement-two/0', 'placement-two/1']);
  // Where an image was pulled is in the log: placement goes by it.
  const told = await product.oo('events', '--of', ID, '-o', 'json');
  expect(told).toMatch(/"ImagePulled",\s*"data": ?\{[^}]*"nodeId": ?"two"/);
  await product.oo('deployment', 'save', '--detach', await example(3));
  await says(ID, '1 replica fits no node', 'two vram needs 80G, has 5137Mi free on the emptiest of 2 cards');
  expect(cardsInUse()).toEqual(['placement-two/0', 'placement-two/1']);
});

test('a card that is declared holds what it is declared to hold', async () => {
  await product.oo(
    'node',
    'add',
    'simulated://placement-declared',
    '--id',
    'declared',
    ...REGION,
    '--gpu',
    'H100=80GB',
  );
  await product.oo('deployment', 'watch', '--timeout', '20s', ID);
  expect(cardsInUse()).toEqual(['placement-declared/0', 'placement-two/0', 'placement-two/1']);
});

test('the list of nodes shows what is reserved of each card, and what the cards say of themselves', async () => {
  const rows = await product.oo('node', 'list');
  expect(rows).toMatch(/^NODE ID .* GPU MEMORY RESERVED *$/m);
  expect(rows).toMatch(/^two .* 0: 76294Mi of 81559Mi, 1: 76294Mi of 81559Mi *$/m);
  expect(rows).toMatch(/^declared .* 0: 76294Mi of 76294Mi *$/m);
  const card = async (): Promise<NonNullable<Node['gpus']>[number] | undefined> => {
    const nodes = JSON.parse(await product.oo('node', 'list', '-o', 'json')) as readonly Node[];
    return nodes.find(({ id }) => id === 'two')?.gpus?.[1];
  };
  await until('the cards have been read', 20_000, async () => (await card())?.busId !== '');
  expect(await card()).toMatchObject({
    intraNodeId: 1,
    busId: '00000000:01:00.0',
    powerCap: 700,
    computeMode: 'Default',
  });
});

test('one replica over two cards, on a node with the labels that it asks for', async () => {
  const resources =
    'resources:\n  cpu: "8"\n  memory: "32Gi"\n  vram: "150GB"\n  gpus: 2\nrequiredLabels:\n  rack: "7"\n';
  const file = join(product.shell.home, 'split.yaml');
  await writeFile(file, `id: depl_split\ndefinitionId: def_llama_70b\n${resources}`);
  await product.oo('deployment', 'remove', ID);
  await product.oo('deployment', 'save', '--detach', file);
  await says(
    'depl_split',
    'bare labels needs rack=7, has no rack and vram needs 2 cards with 75G each, has no GPU',
    'declared labels needs rack=7, has no rack and vram needs 2 cards with 75G each, has 1 such of 1',
  );
  await product.oo('node', 'add', 'simulated://placement-two', '--label', 'rack=7');
  await product.oo('deployment', 'watch', '--timeout', '20s', 'depl_split');
  expect(cardsInUse()).toEqual(['placement-two/0', 'placement-two/1']);
});

test('what is kept back of a node is not given away, and a declaration against the host is refused', async () => {
  const bad = await product.tryOo('node', 'add', 'simulated://placement-two', '--gpu', 'H100=80GB');
  expect(bad.code).not.toBe(0);
  expect(bad.stderr).toContain('the host reports its own cards (H100, H100)');
  const form = await product.tryOo('node', 'add', 'simulated://placement-bare', '--gpu-margin', '1gb');
  expect(form.stderr).toContain('write it like "128Mi", "4Gi", "512M" or "24GB", or "0"');
  await product.oo('node', 'add', 'simulated://placement-bare', '--reserve-cpu', '30', '--reserve-memory', '255Gi');
  const file = join(product.shell.home, 'plain.yaml');
  const zone = 'targetRegions:\n  - cluster: spare\n';
  await product.oo('node', 'add', 'simulated://placement-bare', '--cluster', 'spare');
  await writeFile(file, `id: depl_plain\ndefinitionId: def_llama_70b\nresources:\n  cpu: "4"\n  memory: 2Gi\n${zone}`);
  await product.oo('deployment', 'save', '--detach', file);
  await says(
    'depl_plain',
    'cpu needs 4, has 2 free of 32, 30 kept back',
    'memory needs 2Gi, has 1024Mi free of 262144Mi, 261120Mi kept back',
  );
});
