import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { DeploymentView } from '../../src/api/contract/deploy-schemas.ts';
import { LABEL } from '../../src/engine/engine.ts';
import { docker, ignoreAbsent, pushImage } from '../engine/docker-harness.ts';
import { buildWebImage } from '../support/images.ts';
import { startRegistry } from '../support/registry.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const IMAGE = 'deploy-svc-test/rollback:1';
const GONE = 'deploy-svc-test/rollback:no-such-tag';
const ID = 'depl_back';
/** Three beside three: a rollout takes one round, and no healthy replica gives way before others are ready. */
const STRATEGY = { type: 'RollingUpdate', maxSurge: 3, maxUnavailable: 0 };
const TOO_MUCH = { cpu: '1000' };

let product: TestService;
/** Containers of the revision that is up, before anything goes wrong. */
let healthy: readonly string[];

beforeAll(async () => {
  product = await testService();
  await buildWebImage(product.engine, IMAGE, 'one');
});
afterAll(() => product[Symbol.asyncDispose]());

type Ran = Awaited<ReturnType<TestService['tryOo']>>;

async function saveFile(kind: 'definition' | 'deployment', content: object, ...flags: string[]): Promise<Ran> {
  const file = join(product.shell.home, `${kind}.json`);
  await writeFile(file, JSON.stringify(content));
  return product.tryOo(kind, 'save', ...flags, file);
}

const define = (image: string): Promise<Ran> =>
  saveFile('definition', { id: 'def_back', image: { name: image, internalPorts: [8080] } });

function save(more: object, ...flags: string[]): Promise<Ran> {
  const base = { id: ID, definitionId: 'def_back', replicas: 3, resources: { cpu: '100m' }, strategy: STRATEGY };
  return saveFile('deployment', { ...base, ...more }, ...flags);
}

async function containers(): Promise<readonly string[]> {
  const all = await product.engine.list();
  return all
    .filter(({ labels }) => labels[LABEL.deployment] === ID)
    .map(({ id }) => id)
    .toSorted();
}

const view = async (): Promise<DeploymentView> =>
  JSON.parse(await product.oo('deployment', 'get', ID, '-o', 'json')) as DeploymentView;

const row = async (): Promise<string | undefined> =>
  (await product.oo('deployment', 'list')).split('\n').find((line) => line.startsWith(ID));

/** The same containers as ever, and nothing beside them: no other container, no instance, nothing reserved for it. */
async function expectUntouched(): Promise<void> {
  expect(await containers()).toEqual(healthy);
  await until('the registry has three instances', 10_000, async () => {
    const instances = JSON.parse(await product.oo('instance', 'list', '-o', 'json')) as { deploymentId?: string }[];
    return instances.filter(({ deploymentId }) => deploymentId === ID).length === 3;
  });
  const nodes = JSON.parse(await product.oo('node', 'list', '-o', 'json')) as { usage: { cpu: { used: number } } }[];
  expect(nodes.map(({ usage }) => usage.cpu.used)).toEqual([300]);
  const { replicas, targetRevision } = await view();
  expect(replicas.map(({ revision, status }) => [revision, status])).toEqual(
    Array.from({ length: 3 }, () => [targetRevision, 'Ready']),
  );
}

test('a first version is up', async () => {
  await define(IMAGE);
  expect(await save({}, '--wait')).toMatchObject({ code: 0 });
  healthy = await containers();
  expect(healthy).toHaveLength(3);
});

test('an image that does not exist: back at once, with the reason, and every healthy container is the same', async () => {
  await define(GONE);
  await until('revision 2 is begun', 10_000, async () => (await view()).revision === 2);
  const { code, stderr } = await product.tryOo('deployment', 'watch', ID);
  expect(code).toBe(6);
  expect(stderr).toMatch(/Error: depl_back Failed 3\/3 ready in .* \(revision 1\): revision 2 failed: .*no-such-tag/);
  expect(stderr).toMatch(/; rolled back to revision 1\n/);
  expect(await row()).toMatch(/Failed +revision 2 failed: /);
  await expectUntouched();
});

test('the same definition again is not tried; nor does a node that comes make it so', async () => {
  await define(GONE);
  const engine = 'unix:///var/run/docker.sock';
  await product.oo('node', 'cordon', engine);
  await product.oo('node', 'uncordon', engine);
  // Whatever that had caused would be planned before the answer to a command that comes after it.
  await product.oo('deployment', 'scale', ID, '2', '--detach');
  await until('there are two', 10_000, async () => (await containers()).length === 2);
  await product.oo('deployment', 'scale', ID, '3', '--detach');
  await until('there are three', 10_000, async () => (await view()).rollback?.done === true);
  expect(await view()).toMatchObject({
    deployment: { status: 'Failed' },
    revision: 2,
    targetRevision: 1,
    rollback: { revision: 2, backTo: 1, by: 'planner' },
  });
  healthy = await containers();
});

test('a version that crashes goes back after three failures, with its last words', async () => {
  const envars = { MODE: 'exit', CODE: '7', MESSAGE: 'no such table: users' };
  await define(IMAGE);
  expect(await save({}, '--wait')).toMatchObject({ code: 0 });
  healthy = await containers();
  const { targetRevision: before } = await view();

  const { code, stderr } = await save({ envars }, '--wait');
  expect(code).toBe(6);
  expect(stderr).toMatch(/revision \d failed: container exited with code 7: .*; rolled back to revision \d\n/);
  expect(stderr).toContain('| no such table: users');
  expect(await row()).toMatch(/Failed +revision \d failed: container exited with code 7/);
  expect((await view()).targetRevision).toBe(before);
  await expectUntouched();
});

test('a version that fits nowhere goes back at its deadline', async () => {
  const started = Date.now();
  const strategy = { ...STRATEGY, progressDeadlineSeconds: 3 };
  const { code, stderr } = await save({ resources: TOO_MUCH, strategy }, '--wait');
  expect(code).toBe(6);
  expect(stderr).toMatch(
    /failed: no further replica became ready within 3 s: 3 replicas fit no node: .*rolled back to revision \d\n/,
  );
  expect(Date.now() - started).toBeLessThan(20_000);
  await expectUntouched();
});

test('with rollback turned off it stands still, and somebody takes it back', async () => {
  const strategy = { ...STRATEGY, autoRollback: false, progressDeadlineSeconds: 1 };
  const { code, stderr } = await save({ resources: TOO_MUCH, strategy }, '--wait');
  expect(code).toBe(6);
  expect(stderr).toContain('Error: depl_back Error 0/3 ready');
  expect(await containers()).toEqual(healthy);

  const aborted = await product.tryOo('deployment', 'abort', ID, '-m', 'seen enough', '--wait');
  expect(aborted).toMatchObject({ code: 0, stdout: expect.stringContaining('depl_back Failed 3/3 ready') });
  expect(await row()).toMatch(/Failed +revision \d was aborted by user\/1backend: seen enough; rolled back/);
  await expectUntouched();
  const again = await product.tryOo('deployment', 'abort', ID);
  expect(again.code).toBe(5);
  expect(again.stderr).toContain(`see: oo deployment get ${ID}`);
});

test('what is paused stands still, and goes on when it is resumed', async () => {
  expect(await save({ envars: { VERSION: 'two' } }, '--wait')).toMatchObject({ code: 0 });
  healthy = await containers();
  expect(await product.oo('deployment', 'pause', ID, '-m', 'lunch')).toBe(`${ID} paused\n`);
  expect(await product.oo('deployment', 'pause', ID)).toBe(`${ID} was paused already\n`);
  await save({ envars: { VERSION: 'three' } });
  await until(
    'it says so',
    10_000,
    async () => (await row())?.includes('paused by user/1backend: lunch; 3/3 ready') === true,
  );
  expect(await containers()).toEqual(healthy);
  expect(await product.tryOo('deployment', 'restart', ID)).toMatchObject({
    code: 5,
    stderr: expect.stringContaining(`oo deployment resume ${ID}`),
  });

  expect(await product.tryOo('deployment', 'resume', ID, '--wait')).toMatchObject({ code: 0 });
  expect(await containers()).toHaveLength(3);
  expect((await containers()).filter((id) => healthy.includes(id))).toEqual([]);
});

test('a restart makes every container anew, within the limits or at once', async () => {
  for (const flags of [[], ['--now']]) {
    const before = await containers();
    const ran = await product.tryOo('deployment', 'restart', ID, ...flags, '--wait');
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('OK 3/3 ready') });
    const after = await containers();
    expect(after).toHaveLength(3);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
  }
});

test('scale is a save of another count, told in the log with its reason', async () => {
  expect(await product.tryOo('deployment', 'scale', ID, '1', '-m', 'night', '--wait')).toMatchObject({ code: 0 });
  expect(await containers()).toHaveLength(1);
  const events = JSON.parse(
    await product.oo('events', '--of', ID, '--after', '0', '--limit', '1000', '-o', 'json'),
  ) as { type: string; data: object }[];
  expect(events.findLast(({ type }) => type === 'DeploymentSaved')?.data).toMatchObject({
    scaled: true,
    reason: 'night',
    spec: { replicas: 1, envars: { VERSION: 'three' } },
  });
});

test('a tag that has moved: going back starts what the registry had for it then, by the digest that Docker told', async () => {
  await using registry = await startRegistry();
  const repository = `${registry.address}/deploy-svc-test/moving`;
  const image = `${repository}:1`;
  const id = 'depl_digest';
  /** Has the registry, and not the engine, hold that version under the one tag. Its digest, as the registry says it. */
  const publish = async (version: string): Promise<string> => {
    await buildWebImage(product.engine, image, version);
    await pushImage(image);
    await docker.getImage(image).remove();
    const accept = 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json';
    const manifest = `http://${registry.address}/v2/deploy-svc-test/moving/manifests/1`;
    const response = await fetch(manifest, { method: 'HEAD', headers: { accept } });
    return response.headers.get('docker-content-digest') ?? '';
  };
  const run = async (more: object): Promise<void> => {
    const content = { id, definitionId: 'def_digest', ...more };
    expect(await saveFile('deployment', content, '--wait')).toMatchObject({ code: 0 });
  };
  const runs = async (): Promise<readonly [string, string | undefined]> => {
    const [container] = await product.inspectAll(id);
    const [port] = Object.values(container?.NetworkSettings.Ports ?? {}).flat();
    const answer = await fetch(`http://127.0.0.1:${port?.HostPort}/`);
    return [(await answer.text()).trim(), container?.Config.Image];
  };
  const digests = async (): Promise<readonly unknown[]> => {
    const entries = JSON.parse(await product.oo('deployment', 'history', id, '-o', 'json')) as { digest?: string }[];
    return entries.map(({ digest }) => digest).toReversed();
  };

  const first = await publish('published first');
  await saveFile('definition', { id: 'def_digest', image: { name: image, internalPorts: [8080] } });
  await run({});
  expect(await runs()).toEqual(['published first', image]);
  expect(await digests()).toEqual([first]);

  const second = await publish('published second');
  expect(second).not.toBe(first);
  await run({ envars: { CHANGED: 'yes' } });
  expect(await runs()).toEqual(['published second', image]);
  expect(await digests()).toEqual([first, second]);

  // Nothing of the first is left here: what comes back comes by its digest.
  await docker.getImage(`${repository}@${first}`).remove({ force: true });
  expect(await product.tryOo('deployment', 'rollback', id, '--to', '1', '--wait')).toMatchObject({ code: 0 });
  expect(await runs()).toEqual(['published first', `${repository}@${first}`]);
  expect((await digests()).at(-1)).toBe(first);
  await product.oo('deployment', 'remove', id);
  await Promise.all(
    [image, `${repository}@${first}`].map((name) => ignoreAbsent(docker.getImage(name).remove({ force: true }))),
  );
});
