import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { LABEL, type ContainerState } from '../../src/engine/engine.ts';
import { buildWebImage } from '../support/images.ts';
import { testService, type TestService } from '../support/service.ts';

const V1 = 'deploy-svc-test/rollout:1';
const V2 = 'deploy-svc-test/rollout:2';

let product: TestService;

beforeAll(async () => {
  product = await testService();
  await buildWebImage(product.engine, V1, 'one');
  await buildWebImage(product.engine, V2, 'two');
});
afterAll(() => product[Symbol.asyncDispose]());

async function save(
  kind: 'definition' | 'deployment',
  content: object,
  ...flags: string[]
): Promise<ReturnType<TestService['tryOo']>> {
  const file = join(product.shell.home, `${kind}.json`);
  await writeFile(file, JSON.stringify(content));
  return product.tryOo(kind, 'save', ...flags, file);
}

const define = (id: string, image: string, more: object = {}): ReturnType<typeof save> =>
  save('definition', { id, image: { name: image, internalPorts: [8080] }, ...more });

async function containersOf(deploymentId: string): Promise<readonly ContainerState[]> {
  return (await product.engine.list()).filter(({ labels }) => labels[LABEL.deployment] === deploymentId);
}

/** Which attempt at which replica a container is, and its phase. */
function attemptOf({ labels, phase }: ContainerState): string {
  return `${labels[LABEL.replica]} generation ${labels[LABEL.generation]} ${phase}`;
}

/** What the registry's instances of a deployment answer, over HTTP. */
async function answers(deploymentId: string): Promise<readonly string[]> {
  const instances = JSON.parse(await product.oo('instance', 'list', '-o', 'json')) as {
    url: string;
    deploymentId?: string;
  }[];
  const own = instances.filter((instance) => instance.deploymentId === deploymentId);
  return Promise.all(own.map(async ({ url }) => (await (await fetch(url)).text()).trim()));
}

/** Waits for the planner to have made this revision, then for its fate. A definition's save does not say when it is planned. */
async function followed(id: string, revision: number): Promise<ReturnType<TestService['tryOo']>> {
  const present = async (): Promise<number> =>
    (JSON.parse(await product.oo('deployment', 'get', id, '-o', 'json')) as { revision: number }).revision;
  await expect.poll(present, { timeout: 20_000 }).toBe(revision);
  return product.tryOo('deployment', 'watch', id);
}

test('a new image, new envars and a new count roll out; the instances answer with the new version', async () => {
  await define('def_roll', V1);
  const deployment = { id: 'depl_roll', definitionId: 'def_roll', replicas: 3 };
  expect(await save('deployment', deployment, '--wait')).toMatchObject({ code: 0 });
  expect(await answers('depl_roll')).toEqual(['one', 'one', 'one']);

  await define('def_roll', V2);
  expect(await followed('depl_roll', 2)).toMatchObject({ code: 0 });
  expect(await answers('depl_roll')).toEqual(['two', 'two', 'two']);

  expect(
    await save('deployment', { ...deployment, replicas: 5, envars: { VERSION: 'three' } }, '--wait'),
  ).toMatchObject({ code: 0 });
  expect(await answers('depl_roll')).toEqual(Array.from({ length: 5 }, () => 'three'));

  expect(
    await save('deployment', { ...deployment, replicas: 1, envars: { VERSION: 'three' } }, '--wait'),
  ).toMatchObject({ code: 0 });
  const left = await containersOf('depl_roll');
  expect(left.map(attemptOf)).toEqual(['depl_roll-r3-0 generation 1 running']);
});

test('a container that is killed is replaced', async () => {
  const [before] = await containersOf('depl_roll');
  await product.engine.stop(before?.id ?? '', 0);
  const log = await product.oo('events', '--of', 'depl_roll', '-o', 'json');
  expect(log).toContain('ReplicaReady');
  await expect
    .poll(async () => (await containersOf('depl_roll')).map(attemptOf), { timeout: 10_000 })
    .toEqual(['depl_roll-r3-0 generation 2 running']);
  await product.oo('deployment', 'watch', 'depl_roll');
});

test('an image that does not exist fails at once, with the reason, and touches no healthy replica', async () => {
  await define('def_roll', 'deploy-svc-test/rollout:no-such-tag');
  const { code, stderr } = await followed('depl_roll', 4);
  expect(code).toBe(6);
  expect(stderr).toContain('deploy-svc-test/rollout:no-such-tag');
  expect(await answers('depl_roll')).toEqual(['three']);

  await define('def_roll', V2);
  expect(await followed('depl_roll', 5)).toMatchObject({ code: 0 });
  expect(await answers('depl_roll')).toEqual(['three']);
});

test('a crash loop ends in Error with the exit code and the last log lines', async () => {
  await define('def_crash', V1, {
    envars: [
      { key: 'MODE', value: 'exit' },
      { key: 'CODE', value: '3' },
      { key: 'MESSAGE', value: 'no such table: users' },
    ],
  });
  const { code, stderr } = await save('deployment', { id: 'depl_crash', definitionId: 'def_crash' }, '--wait');
  expect(code).toBe(6);
  expect(stderr).toContain('exited with code 3');
  expect(stderr).toContain('no such table: users');
});

test('a definition that does not exist fails with the next command, and deploys when it is saved', async () => {
  const { code, stderr } = await save('deployment', { id: 'depl_early', definitionId: 'def_later' }, '--wait');
  expect(code).toBe(6);
  expect(stderr).toContain('definition def_later does not exist');
  expect(stderr).toContain('oo definition save');
  await define('def_later', V1);
  expect(await followed('depl_early', 1)).toMatchObject({ code: 0 });
  expect(await answers('depl_early')).toEqual(['one']);
});

test('a fixed host port is published, and a second replica says that it is taken', async () => {
  await define('def_port', V1, { ports: [{ internal: 8080, host: 28_080 }] });
  expect(await save('deployment', { id: 'depl_port', definitionId: 'def_port' }, '--wait')).toMatchObject({ code: 0 });
  expect((await (await fetch('http://127.0.0.1:28080')).text()).trim()).toBe('one');
  const { stderr } = await save(
    'deployment',
    { id: 'depl_port', definitionId: 'def_port', replicas: 2 },
    '--wait',
    '--timeout',
    '2s',
  );
  expect(stderr).toMatch(/host port needs 28080, has taken/);
});

test('deletion stops the containers and removes the instances', async () => {
  for (const id of ['depl_roll', 'depl_crash', 'depl_early', 'depl_port']) await product.oo('deployment', 'remove', id);
  await expect
    .poll(async () => (await product.oo('deployment', 'list')).trim(), { timeout: 30_000 })
    .toBe('ID   DEFINITION ID   STATUS   DETAILS');
  for (const id of ['depl_roll', 'depl_crash', 'depl_early', 'depl_port']) expect(await containersOf(id)).toEqual([]);
  expect(JSON.parse(await product.oo('instance', 'list', '-o', 'json'))).toEqual([]);
});
