import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { connectEngine } from '../../src/engine/connect.ts';
import { type Engine, LABEL } from '../../src/engine/engine.ts';
import { createLogger } from '../../src/logger.ts';
import { HAND_LABEL } from '../../src/services/container/ports.ts';
import type { WorkerDeps } from '../../src/workers/deps.ts';
import { inspectNode } from '../../src/workers/watch/inspect-node.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { buildWebImage } from '../support/images.ts';
import { command } from '../support/store.ts';

const URL = 'unix:///var/run/docker.sock';
const IMAGE = 'deploy-svc-test/web:1';
const run = randomUUID().slice(0, 8);
const installationId = `by-hand-${run}`;
let api: TestApi;
let engine: Engine;
let checkouts: string;
let names: string[] = [];

beforeAll(async () => {
  checkouts = await mkdtemp(join(tmpdir(), 'deploy-svc-checkouts-'));
  engine = connectEngine(URL);
  await buildWebImage(engine, IMAGE, '1');
  api = await testApi({ installationId, checkouts });
  await api.admin.call('saveNode', { body: { node: { url: URL, id: 'node_docker' } } });
});
afterEach(async () => {
  await Promise.all(names.map((name) => engine.remove(name)));
  names = [];
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  await rm(checkouts, { recursive: true });
});

/** A name that is removed after the test. */
function named(): string {
  const name = `by-hand-${run}-${names.length}-${randomUUID().slice(0, 4)}`;
  names.push(name);
  return name;
}

const start = (
  body: object,
): Promise<{ readonly started: boolean; readonly id: string; readonly ports: readonly object[] }> =>
  api.admin.call('runContainer', { body: { image: IMAGE, ...body } }).then((answer) => answer.body);
const phaseOf = async (name: string): Promise<string | undefined> => (await engine.inspect(name))?.phase;
const contains = (text: string): unknown => expect.stringContaining(text);

describe('a container run by hand', () => {
  test('runs with its ports, variables and labels, is listed, logs, and is stopped', async () => {
    const name = named();
    const ports = [{ internal: 8080, host: 0 }];
    const envs = [{ key: 'VERSION', value: 'seven' }];
    const ran = await start({
      names: [name, 'other'],
      ports,
      envs,
      labels: [{ key: 'mine', value: 'yes' }],
      hash: `h-${run}`,
    });
    expect(ran).toEqual({
      started: true,
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      nodeId: 'node_docker',
      ports: [{ internal: 8080, host: expect.any(Number) }],
    });
    const { body: listed } = await api.admin.call('listContainers', { body: { containerId: name } });
    const labels = { [HAND_LABEL.installation]: installationId, [HAND_LABEL.hash]: `h-${run}`, mine: 'yes' };
    expect(listed.containers).toMatchObject([
      {
        id: ran.id,
        nodeId: 'node_docker',
        names: [name],
        image: IMAGE,
        ports: ran.ports,
        hash: `h-${run}`,
        status: 'running',
      },
    ]);
    const shown = Object.fromEntries(listed.containers[0]?.labels.map(({ key, value }) => [key, value]) ?? []);
    expect(shown).toMatchObject(labels);
    const logsOf = async (): Promise<readonly string[]> =>
      (await api.admin.call('listContainerLogs', { body: { containerId: ran.id } })).body.logs.map(
        ({ content }) => content,
      );
    await expect.poll(logsOf, { timeout: 10_000 }).toEqual(['serving seven on 8080']);
    for (const query of [{ name }, { hash: `h-${run}` }, { name, hash: `h-${run}`, nodeId: URL }]) {
      expect((await api.admin.call('containerIsRunning', { query })).body).toEqual({ isRunning: true });
    }
    expect((await api.admin.call('stopContainer', { body: { name } })).position).toBeGreaterThan(0);
    expect(await phaseOf(name)).toBe('exited');
    expect((await api.admin.call('stopContainer', { body: { id: ran.id } })).position).toBeUndefined();
    expect((await api.admin.call('containerIsRunning', { query: { name } })).body).toEqual({ isRunning: false });
  });

  test('is left alone while it is the same, and replaced when it is not', async () => {
    const names = [named()];
    const first = await start({ names });
    expect(await start({ names })).toEqual({ ...first, started: false });
    const changed = await start({ names, envs: [{ key: 'MODE', value: 'sleep' }] });
    expect([changed.started, changed.id === first.id]).toEqual([true, false]);
    const hashed = await start({ names, hash: 'one' });
    // The hash alone counts where there is one.
    expect(await start({ names, hash: 'one', envs: [{ key: 'MODE', value: 'sleep' }] })).toMatchObject({
      started: false,
      id: hashed.id,
    });
    expect((await start({ names, hash: 'two' })).id).not.toBe(hashed.id);
    await api.admin.call('stopContainer', { body: { name: names[0] } });
    expect((await start({ names, hash: 'two' })).started).toBe(true);
  });

  test('without a name is found by its hash', async () => {
    const hash = `nameless-${run}`;
    const first = await start({ hash });
    names.push(first.id);
    expect(await start({ hash })).toMatchObject({ started: false, id: first.id });
    const second = await start({ envs: [{ key: 'MODE', value: 'sleep' }] });
    names.push(second.id);
    expect((await engine.inspect(second.id))?.name).toMatch(/^ctr_/);
  });

  test('is never taken by a watcher for something of the fleet that is not wanted', async () => {
    const [mine, unwanted] = [named(), named()];
    await start({ names: [mine] });
    const labels = { [LABEL.owner]: installationId, [LABEL.replica]: 'none', [LABEL.generation]: '1' };
    await engine.create({ name: unwanted, image: IMAGE, labels, env: {}, ports: [] });
    const node = (await api.store.row('nodes', 'node_docker'))?.state;
    const deps = { store: api.store, installationId, log: createLogger('silent') } as unknown as WorkerDeps;
    await inspectNode(deps, engine, node as never, AbortSignal.timeout(30_000));
    expect([await phaseOf(mine), await phaseOf(unwanted)]).toEqual(['running', undefined]);
  });

  test('is written down with who asked, and without the values of its variables', async () => {
    const name = named();
    const { position } = await api.admin.call('runContainer', {
      body: { image: IMAGE, names: [name], envs: [{ key: 'PASSWORD', value: 'hunter2-value' }] },
    });
    const [event] = await api.store.read({ after: (position ?? 0) - 1, limit: 1 });
    expect(event).toMatchObject({
      type: 'ContainerRunRequested',
      actor: 'user/1backend',
      stream: `container/node_docker/${name}`,
      data: { nodeId: 'node_docker', name, image: IMAGE, variables: ['PASSWORD'] },
    });
    const all = await api.store.read({ after: 0, limit: 1000 });
    expect(JSON.stringify(all)).not.toContain('hunter2-value');
  });

  test('that cannot start frees its name, and says why', async () => {
    const [holder, name] = [named(), named()];
    const { ports } = await start({ names: [holder], ports: [{ internal: 8080 }] });
    const failing = start({ names: [name], ports });
    await expect(failing).rejects.toMatchObject({ status: 409, message: contains('port is already allocated') });
    expect(await phaseOf(name)).toBeUndefined();
  });

  test.each([
    [{}, 'image'],
    [{ image: 'a b' }, 'image'],
    [{ image: IMAGE, names: ['-x'] }, 'names'],
    [{ image: IMAGE, ports: [{ host: 1 }] }, 'ports[0].internal'],
    [{ image: IMAGE, envs: [{ key: 'A=B', value: '' }] }, 'envs[0].key'],
    [{ image: IMAGE, labels: [{ key: LABEL.owner, value: 'x' }] }, 'labels[0].key'],
    [{ image: IMAGE, keeps: [{ path: '/data' }] }, 'keeps'],
    [{ image: IMAGE, names: ['n1'], keeps: [{ path: 'data' }] }, 'keeps[0].path'],
    [{ image: IMAGE, names: ['n1'], keeps: [{ path: '/d' }, { path: '/d' }] }, 'keeps[1].path'],
    [{ image: IMAGE, names: ['n1'], keeps: [{ path: '/proc/x' }] }, 'keeps[0].path'],
    [{ image: IMAGE, names: ['n1'], keeps: [{ path: '/d', readOnly: 'no' }] }, 'keeps[0].readOnly'],
    [{ image: IMAGE, assets: [{ envVarKey: 'A', url: 'u' }] }, 'assets'],
    [{ image: IMAGE, capabilities: { gpuEnabled: 'all' } }, 'capabilities.gpuEnabled'],
  ])('as %j is refused', async (body, field) => {
    const answer = await api.send('PUT', '/container-svc/container', {
      token: api.adminToken,
      body: JSON.stringify(body),
    });
    expect([answer.status, answer.json]).toMatchObject([400, { problems: [{ field }] }]);
  });

  test('of an image that nobody has, or on a node that is not there, is told so', async () => {
    const name = named();
    const body = { image: '127.0.0.1:1/none:1', names: [name] };
    await expect(api.admin.call('runContainer', { body })).rejects.toMatchObject({ status: 502 });
    await expect(start({ nodeId: 'node_none' })).rejects.toMatchObject({ status: 404 });
  });
});

describe('containers of others', () => {
  test('are listed, and neither stopped nor replaced', async () => {
    const [replica, foreign] = [named(), named()];
    const labels = { [LABEL.owner]: installationId, [LABEL.deployment]: 'depl_x' };
    for (const [name, own] of [
      [replica, labels],
      [foreign, { [HAND_LABEL.installation]: 'another' }],
    ] as const) {
      const { containerId } = await engine.create({ name, image: IMAGE, labels: own, env: {}, ports: [] });
      await engine.start(containerId);
    }
    const { body } = await api.admin.call('listContainers', { body: {} });
    expect(body.containers.flatMap(({ names: all }) => all)).toEqual(expect.arrayContaining([replica, foreign]));
    const of = { [replica]: 'is a replica of depl_x', [foreign]: 'was not run by this installation' };
    for (const [name, message] of Object.entries(of)) {
      const refusal = { status: 409, message: contains(message) };
      await expect(api.admin.call('stopContainer', { body: { name } })).rejects.toMatchObject(refusal);
      await expect(start({ names: [name] })).rejects.toMatchObject(refusal);
      expect(await phaseOf(name)).toBe('running');
    }
    await expect(api.admin.call('stopContainer', { body: { name: 'none' } })).rejects.toMatchObject({ status: 404 });
    await expect(api.admin.call('stopContainer', { body: {} })).rejects.toMatchObject({ status: 400 });
  });
});

describe('a summary', () => {
  const summary = async (
    query: object,
  ): Promise<{ readonly status: string; readonly logs: string; readonly summary: string }> =>
    (await api.admin.call('containerSummary', { query })).body;

  test('by name tells state, last lines and what there is', async () => {
    const name = named();
    await start({
      names: [name],
      hash: `s-${run}`,
      envs: ['MODE=exit', 'CODE=3'].map((pair) => ({ key: pair.split('=')[0] ?? '', value: pair.split('=')[1] ?? '' })),
    });
    await expect.poll(() => phaseOf(name), { timeout: 10_000 }).toBe('exited');
    const told = await summary({ name });
    expect(told).toEqual({
      status: 'exited',
      logs: expect.stringMatching(/^(ending\ncode 3|code 3\nending)$/),
      summary: expect.stringMatching(
        new RegExp(`^${name} on node_docker \\(${URL}\\): exited with code 3, at .*, image ${IMAGE}$`),
      ),
    });
    expect(await summary({ hash: `s-${run}`, lines: '1' })).toMatchObject({
      logs: expect.stringMatching(/^(ending|code 3)$/),
    });
    // As a command line sends it.
    const { status, json } = await api.send(
      'GET',
      `/container-svc/container/summary?name=${name}?app-host=&env=&help=false`,
      {
        token: api.adminToken,
      },
    );
    expect([status, json]).toMatchObject([200, { status: 'exited' }]);
  });

  test('by the name of a deployment or of its definition tells of its replicas, one that runs first', async () => {
    const service = `my-service-${run}`;
    const deployment = { id: 'depl_svc', definitionId: `def-${run}`, name: service };
    await api.admin.call('saveDeployment', { body: { deployment } });
    const none = api.admin.call('containerSummary', { query: { name: service } });
    await expect(none).rejects.toMatchObject({ status: 404, message: contains('oo deployment get depl_svc') });
    const labels = { [LABEL.owner]: installationId, [LABEL.deployment]: 'depl_svc' };
    const [ended, runs] = [named(), named()];
    const spec = { image: IMAGE, labels, ports: [] };
    const { containerId } = await engine.create({ ...spec, name: runs, env: { MODE: 'sleep' } });
    await engine.start(containerId);
    await engine.start((await engine.create({ ...spec, name: ended, env: { MODE: 'exit' } })).containerId);
    await expect.poll(() => phaseOf(ended), { timeout: 10_000 }).toBe('exited');
    for (const name of [service, 'depl_svc', `def-${run}`]) {
      const told = await summary({ name });
      expect(told.status).toBe('running');
      expect(told.summary.split('\n')).toEqual([
        contains(`${runs} on node_docker`),
        contains(`${ended} on node_docker`),
      ]);
    }
  });

  test('of what is not there says where to look, and without a name what is missing', async () => {
    const answer = await api.send('GET', '/container-svc/container/summary?name=none', { token: api.adminToken });
    expect([answer.status, answer.json]).toMatchObject([404, { error: contains('/container-svc/containers') }]);
    for (const path of ['summary', 'is-running']) {
      const missing = await api.send('GET', `/container-svc/container/${path}`, { token: api.adminToken });
      expect([missing.status, missing.json]).toMatchObject([400, { error: contains('missing parameters') }]);
    }
  });
});

describe('images', () => {
  test('are built from a checkout, with the container file that is named', async () => {
    const directory = join(checkouts, 'repo-x');
    await mkdir(directory);
    await writeFile(join(directory, 'web.dockerfile'), `FROM ${IMAGE}\nCOPY hello /www/hello\n`);
    await writeFile(join(directory, 'hello'), 'hello');
    const tag = `deploy-svc-test/by-hand:${run}`;
    const body = { name: tag, contextPath: directory, dockerfilePath: 'web.dockerfile' };
    expect((await api.admin.call('buildImage', { body })).position).toBeGreaterThan(0);
    expect(await engine.hasImage(tag)).toBe(true);
    const failing = api.admin.call('buildImage', { body: { ...body, dockerfilePath: 'hello' } });
    await expect(failing).rejects.toMatchObject({ status: 422, message: contains('HELLO') });
    const outside = api.admin.call('buildImage', { body: { ...body, contextPath: '/etc' } });
    await expect(outside).rejects.toMatchObject({ status: 400 });
    const { default: Docker } = await import('dockerode');
    await new Docker().getImage(tag).remove({ force: true });
  });

  test('are pullable or not; a registry that cannot be asked is no answer', async () => {
    const ask = (name: string): ReturnType<TestApi['send']> =>
      api.send('GET', `/container-svc/image/${encodeURIComponent(name)}/pullable`, { token: api.adminToken });
    const answer = await ask('127.0.0.1:1/none:1');
    expect([answer.status, answer.json]).toMatchObject([502, { error: contains('127.0.0.1:1') }]);
  });
});

describe('engines', () => {
  test('tell their host address, and whether they answer', async () => {
    const { body: host } = await api.admin.call('getHost', { query: {} });
    expect(host.host).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect((await api.admin.call('containerDaemonInfo', { query: {} })).body).toEqual({
      available: true,
      address: URL,
    });
  });

  test('that do not answer hide nothing of the others, and are named', async () => {
    const name = named();
    await start({ names: [name] });
    await api.admin.call('saveNode', { body: { node: { url: 'unix:///nowhere/docker.sock', id: 'node_gone' } } });
    try {
      const { body } = await api.admin.call('listContainers', { body: { containerId: name } });
      expect(body).toMatchObject({
        containers: [{ names: [name] }],
        silent: [{ nodeId: 'node_gone', error: contains('ENOENT') }],
      });
      expect((await api.admin.call('containerIsRunning', { query: { name } })).body).toEqual({ isRunning: true });
      const unsure = api.admin.call('containerIsRunning', { query: { name: 'none' } });
      await expect(unsure).rejects.toMatchObject({ status: 502, message: contains('node_gone') });
      const down = await api.admin.call('containerDaemonInfo', { query: { nodeId: 'node_gone' } });
      expect(down.body).toMatchObject({ available: false, error: contains('ENOENT') });
      const reason = 'connect ECONNREFUSED';
      const event = { type: 'NodeLost', data: { nodeId: 'node_gone', silentMs: 30_000, reason } } as const;
      await api.store.append(command('node/node_gone', 'any', [event]));
      const { body: later } = await api.admin.call('listContainers', { body: { containerId: name } });
      expect(later).toMatchObject({ containers: [{ names: [name] }], silent: [{ error: contains('it is lost') }] });
      // Asked for by its name it is tried all the same.
      const { body: tried } = await api.admin.call('listContainers', { body: { nodeId: 'node_gone' } });
      expect(tried).toMatchObject({ containers: [], silent: [{ error: contains('ENOENT') }] });
      // Neither is this machine's own: which one is meant has to be said.
      await expect(start({ names: [name] })).rejects.toMatchObject({ status: 400, message: contains('nodeId') });
    } finally {
      await api.admin.call('deleteNode', { params: { url: 'unix:///nowhere/docker.sock' } });
    }
  });
});
