import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { docker, DOCKER_URL, ignoreAbsent } from '../engine/docker-harness.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { buildWebImage } from '../support/images.ts';

const IMAGE = 'deploy-svc-test/web:1';
const run = randomUUID().slice(0, 8);
let api: TestApi;
let engine: Engine;
let names: string[] = [];

beforeAll(async () => {
  engine = connectEngine(DOCKER_URL);
  await buildWebImage(engine, IMAGE, '1');
  api = await testApi({ installationId: `kept-${run}` });
  await api.admin.call('saveNode', { body: { node: { url: DOCKER_URL, id: 'node_docker' } } });
});
afterEach(async () => {
  await Promise.all(names.map((name) => engine.remove(name)));
  names = [];
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

/** A name that is removed after the test. */
function named(): string {
  const name = `kept-${run}-${randomUUID().slice(0, 4)}`;
  names.push(name);
  return name;
}

const start = (body: object): Promise<{ readonly started: boolean }> =>
  api.admin.call('runContainer', { body: { image: IMAGE, ...body } }).then((answer) => answer.body);
const contains = (text: string): unknown => expect.stringContaining(text);

describe('what a container keeps', () => {
  const keeps = [{ path: '/kept' }, { path: '/also', readOnly: true }];
  const exec = async (name: string, script: string): Promise<readonly [number | undefined, string]> => {
    const { exitCode, output } = await engine.exec(name, ['sh', '-c', script], { timeoutMs: 10_000 });
    return [exitCode, output.trim()];
  };
  const volumesOf = async (name: string): Promise<readonly string[]> => {
    const { Mounts } = await docker.getContainer(name).inspect();
    return Mounts.map((mount) => mount.Name ?? '').toSorted();
  };

  test("is there again after another has taken its place, and is nobody else's", async () => {
    const [name, other] = [named(), named()];
    await start({ names: [name], keeps });
    const volumes = [...(await volumesOf(name))];
    try {
      expect(volumes).toEqual([contains(`keep-${name}-also-`), contains(`keep-${name}-kept-`)]);
      expect(await exec(name, 'echo held > /kept/file')).toEqual([0, '']);
      expect(await exec(name, 'echo no > /also/file')).toEqual([1, contains('Read-only')]);
      expect((await start({ names: [name], keeps })).started).toBe(false);
      expect((await start({ names: [name], keeps, hash: 'two' })).started).toBe(true);
      expect(await exec(name, 'cat /kept/file')).toEqual([0, 'held']);
      expect((await start({ names: [name], hash: 'three' })).started).toBe(true);
      expect(await volumesOf(name)).toEqual([]);
      await start({ names: [other], keeps: keeps.slice(0, 1) });
      volumes.push(...(await volumesOf(other)));
      expect(new Set(volumes).size).toBe(3);
      expect(await exec(other, 'ls /kept')).toEqual([0, '']);
    } finally {
      await Promise.all([name, other].map((each) => engine.remove(each)));
      await Promise.all(volumes.map((volume) => ignoreAbsent(docker.getVolume(volume).remove())));
    }
  });

  test('is found by its hash where it has no name, and is told in the log', async () => {
    const hash = `kept-${run}`;
    const { body, position } = await api.admin.call('runContainer', { body: { image: IMAGE, hash, keeps } });
    names.push(body.id);
    const volumes = await volumesOf(body.id);
    const [event] = await api.store.read({ after: (position ?? 0) - 1, limit: 1 });
    await engine.remove(body.id);
    await Promise.all(volumes.map((volume) => docker.getVolume(volume).remove()));
    expect(volumes).toEqual([contains(`keep-${hash}-also-`), contains(`keep-${hash}-kept-`)]);
    expect(event?.data).toMatchObject({
      keeps: [
        { source: volumes[1], target: '/kept', readOnly: false },
        { source: volumes[0], target: '/also', readOnly: true },
      ],
    });
  });
});

describe('a container with capabilities.gpuEnabled', () => {
  const capabilities = { gpuEnabled: true };

  test('is given all cards of its node', async () => {
    const node = { url: 'simulated://cards', id: 'node_cards' };
    await api.admin.call('saveNode', { body: { node } });
    const body = { image: 'nginx:1', names: [`cards-${run}`], nodeId: node.id, capabilities };
    const ran = await api.admin.call('runContainer', { body });
    expect(ran.body.started).toBe(true);
    const [event] = await api.store.read({ after: (ran.position ?? 0) - 1, limit: 1 });
    expect(event?.data).toMatchObject({ gpuIndexes: [0] });
    expect((await api.admin.call('runContainer', { body })).body.started).toBe(false);
    const without = await api.admin.call('runContainer', { body: { ...body, capabilities: { gpuEnabled: false } } });
    expect(without.body.started).toBe(true);
    await api.admin.call('deleteNode', { params: { url: node.url } });
  });

  test('asks the engine for them by number, and an engine that cannot give them says so in its own words', async () => {
    const failing = start({ names: [named()], capabilities });
    await expect(failing).rejects.toMatchObject({ status: 409, message: contains('nvidia') });
  });
});
