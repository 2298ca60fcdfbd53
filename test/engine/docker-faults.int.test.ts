import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { connectEngine } from '../../src/engine/connect.ts';
import { type ContainerSpec, type Engine, LABEL, type PullProgress } from '../../src/engine/engine.ts';
import { buildWebImage, tarOf } from '../support/images.ts';
import { anyOf, containing, rejection } from '../support/matchers.ts';
import { startProxy } from '../support/proxy.ts';
import { freePort } from '../support/registry.ts';
import { startStallingRegistry } from '../support/stalling-registry.ts';
import { DOCKER_URL, docker, ignoreAbsent } from './docker-harness.ts';
import { collect, takeUntil } from './waiting.ts';

vi.setConfig({ testTimeout: 30_000 });

const SOCKET = '/var/run/docker.sock';
const IMAGE = 'deploy-svc-test/web:1';
const NAME = `deploy-svc-test-faults-${process.pid}`;
const spec: ContainerSpec = {
  name: NAME,
  image: IMAGE,
  env: {},
  ports: [],
  labels: { [LABEL.replica]: NAME, [LABEL.generation]: '1' },
};

const remote = (port: number, deadlines: Parameters<typeof connectEngine>[1] = {}): Engine =>
  connectEngine(`tcp://127.0.0.1:${port}`, { insecureTcp: true, ...deadlines });

/** Every call of the port, one after the other. */
const calls: Readonly<Record<string, (engine: Engine) => Promise<unknown>>> = {
  info: (engine) => engine.info(),
  capacity: (engine) => engine.capacity(),
  hasImage: (engine) => engine.hasImage(IMAGE),
  pull: (engine) => engine.pull('127.0.0.1:1/x:1'),
  build: (engine) => engine.build(tarOf({ Dockerfile: 'FROM scratch\n' }), 'deploy-svc-test/never:1'),
  create: (engine) => engine.create(spec),
  start: (engine) => engine.start(NAME),
  stop: (engine) => engine.stop(NAME, 0),
  remove: (engine) => engine.remove(NAME),
  list: (engine) => engine.list(),
  inspect: (engine) => engine.inspect(NAME),
  logs: (engine) => collect(engine.logs(NAME)),
  stats: (engine) => engine.stats(NAME),
  events: (engine) => collect(engine.events({ signal: new AbortController().signal })),
};

afterEach(() => ignoreAbsent(docker.getContainer(NAME).remove({ force: true })));

describe('an engine that accepts and never answers', () => {
  it.each(Object.entries(calls))('ends %s at its deadline', async (_name, call) => {
    await using silent = await startProxy(SOCKET);
    silent.freeze();
    const deadlines = { read: 300, change: 300, pullIdle: 300, buildIdle: 300 };
    await using engine = remote(silent.port, { deadlines });
    const begin = performance.now();
    await expect(call(engine)).rejects.toMatchObject({ code: 'timeout', message: containing('300 ms') });
    expect(performance.now() - begin).toBeGreaterThan(250);
    expect(performance.now() - begin).toBeLessThan(3_000);
    // Nothing is left behind that would hold a connection.
    await expect.poll(() => silent.open).toBe(0);
  });

  it('does not hold up its heartbeat, and lets waiting calls go in time', async () => {
    await using silent = await startProxy(SOCKET);
    silent.freeze();
    await using engine = remote(silent.port, { deadlines: { read: 1_000, queue: 300 }, maxInFlight: 2 });
    const held = [engine.inspect('a'), engine.inspect('b')].map((call) =>
      expect(call).rejects.toMatchObject({ code: 'timeout' }),
    );
    await expect(engine.inspect('c')).rejects.toMatchObject({
      code: 'timeout',
      message: containing('no free place'),
    });
    silent.thaw();
    await expect(engine.info()).resolves.toMatchObject({ name: anyOf(String) });
    await Promise.all(held);
    await expect(engine.inspect('d')).resolves.toBeUndefined();
  });

  it('ends a pull from a registry that does not answer', async () => {
    const registry = createServer((socket) => void socket.on('error', () => socket.destroy()));
    registry.listen(0, '127.0.0.1');
    await once(registry, 'listening');
    await using engine = connectEngine(DOCKER_URL, { deadlines: { pullIdle: 500 } });
    const { port } = registry.address() as AddressInfo;
    await expect(engine.pull(`127.0.0.1:${port}/x:1`)).rejects.toMatchObject({
      code: 'timeout',
      message: containing('no answer'),
    });
    registry.close();
  });

  it('ends a pull that makes no progress any more', async () => {
    await using registry = await startStallingRegistry();
    await using engine = connectEngine(DOCKER_URL, { deadlines: { pullIdle: 1_000 } });
    const progress: PullProgress[] = [];
    await expect(engine.pull(`${registry.address}/x:1`, (each) => progress.push(each))).rejects.toMatchObject({
      code: 'timeout',
      message: containing('no progress'),
    });
    expect(progress.map((each) => each.status)).toContainEqual(containing('Pulling fs layer'));
  });
});

describe('an engine that is not there', () => {
  it.each(Object.entries(calls))('ends %s with unreachable when nothing listens', async (_name, call) => {
    await using engine = remote(await freePort());
    await expect(call(engine)).rejects.toMatchObject({
      code: 'unreachable',
      message: containing('ECONNREFUSED'),
    });
  });

  it('says so when its socket is missing', async () => {
    await using engine = connectEngine('unix:///nowhere/docker.sock');
    await expect(engine.info()).rejects.toMatchObject({
      code: 'unreachable',
      message: containing('ENOENT'),
    });
  });

  it('says so when it dies in the middle of an answer', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"Name":';
    const server = createServer(
      (socket) => void socket.on('error', () => undefined).once('data', () => socket.end(head)),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await using engine = remote((server.address() as AddressInfo).port);
    await expect(engine.info()).rejects.toMatchObject({ code: 'unreachable' });
    server.close();
  });
});

describe('a connection that breaks', () => {
  it('ends events with unreachable, and the next reader misses nothing', async () => {
    await using direct = connectEngine(DOCKER_URL);
    await buildWebImage(direct, IMAGE, '1');
    await using proxy = await startProxy(SOCKET);
    await using engine = remote(proxy.port);
    const { signal } = new AbortController();
    const reading = engine.events({ since: (await engine.info()).now, signal });
    const { containerId } = await direct.create(spec);
    const seen = await takeUntil(reading, (event) => event.containerId === containerId);
    const broken = rejection(collect(reading));
    proxy.cut();
    expect(await broken).toMatchObject({ code: 'unreachable' });
    // While nobody reads.
    await direct.start(containerId);
    await direct.remove(containerId);
    const gone = await takeUntil(
      engine.events({ since: seen.at(-1)?.at, signal }),
      (event) => event.containerId === containerId && event.type === 'destroy',
    );
    const types = gone.filter((event) => event.containerId === containerId).map((event) => event.type);
    expect(types.filter((type) => type !== 'kill')).toEqual(['create', 'start', 'die', 'destroy']);
  });

  it('ends events with unreachable also when the engine says goodbye', async () => {
    const server = createHttpServer((_request, response) => response.writeHead(200).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await using engine = remote((server.address() as AddressInfo).port);
    const reading = collect(engine.events({ signal: new AbortController().signal }));
    await expect(reading).rejects.toMatchObject({
      code: 'unreachable',
      message: containing('ended the stream'),
    });
    server.close();
  });

  it('ends followed logs with unreachable', async () => {
    await using direct = connectEngine(DOCKER_URL);
    await buildWebImage(direct, IMAGE, '1');
    await using proxy = await startProxy(SOCKET);
    await using engine = remote(proxy.port);
    const { containerId } = await direct.create(spec);
    await direct.start(containerId);
    const reading = engine.logs(containerId, { follow: true });
    await takeUntil(reading, (line) => line.text.startsWith('serving'));
    const broken = rejection(collect(reading));
    proxy.cut();
    expect(await broken).toMatchObject({ code: 'unreachable' });
  });
});

describe('a container that is being removed', () => {
  it('has no output any more, as one that is gone', async () => {
    const words = 'can not get logs from container which is dead or marked for removal';
    const server = createHttpServer((request, response) => {
      const known = request.url?.includes('/json') === true;
      const body = known ? { Id: 'c1', Config: { Tty: false } } : { message: words };
      response.writeHead(known ? 200 : 409, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await using engine = remote((server.address() as AddressInfo).port);
    await expect(collect(engine.logs('c1'))).rejects.toMatchObject({ code: 'not-found', message: containing(words) });
    server.close();
  });
});

describe('calls in flight', () => {
  it('are bounded, and all come through', async () => {
    await using proxy = await startProxy(SOCKET);
    await using engine = remote(proxy.port, { maxInFlight: 3 });
    const answers = await Promise.all(Array.from({ length: 40 }, () => engine.inspect('deploy-svc-test-absent')));
    expect(answers).toEqual(Array.from({ length: 40 }, () => undefined));
    expect(proxy.most).toBeLessThanOrEqual(3);
    expect(proxy.most).toBeGreaterThan(1);
  });

  it('cost little, however many connections are open', async () => {
    await using engine = connectEngine(DOCKER_URL);
    const begin = performance.now();
    await Promise.all(Array.from({ length: 600 }, () => engine.inspect('deploy-svc-test-absent')));
    // A tenth of a second on a quiet machine, ten and more when each request renders the agent with its sockets.
    expect(performance.now() - begin).toBeLessThan(4_000);
  });
});

describe('the environment of Docker clients', () => {
  it('does not send calls to another engine', async () => {
    vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1');
    vi.stubEnv('DOCKER_TLS_VERIFY', '1');
    vi.stubEnv('DOCKER_PATH_PREFIX', '/elsewhere');
    try {
      await using engine = connectEngine(DOCKER_URL);
      await expect(engine.info()).resolves.toMatchObject({ version: anyOf(String) });
      await using proxy = await startProxy(SOCKET);
      await using overTcp = remote(proxy.port);
      await expect(overTcp.info()).resolves.toMatchObject({ version: anyOf(String) });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
