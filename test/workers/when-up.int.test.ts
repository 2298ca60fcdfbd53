import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import { LABEL, type Engine } from '../../src/engine/engine.ts';
import { LOCAL_ENGINE } from '../../src/process/nodes.ts';
import { accepts, whenUp } from '../../src/workers/start/when-up.ts';
import { buildWebImage } from '../support/images.ts';

const IMAGE = 'deploy-svc-test/when-up:1';
const stack = new AsyncDisposableStack();
let engine: Engine;

beforeAll(async () => {
  engine = stack.use(connectEngine(LOCAL_ENGINE));
  await buildWebImage(engine, IMAGE, 'up');
});
afterAll(() => stack.disposeAsync());

async function started(name: string, env: Record<string, string>): Promise<string> {
  const labels = { [LABEL.replica]: name, [LABEL.generation]: '1' };
  const spec = { name: `when-up-${name}-${process.pid}`, image: IMAGE, labels, env, ports: [{ internal: 8080 }] };
  const { containerId } = await engine.create(spec);
  stack.defer(() => engine.remove(containerId));
  await engine.start(containerId);
  return containerId;
}

const options = { host: '127.0.0.1', clock: systemClock, signal: new AbortController().signal };

test('a server is up when it answers, not when it has started', async () => {
  const id = await started('slow', { START_DELAY: '1' });
  const { container, ...up } = await whenUp(engine, id, options);
  expect(up).toEqual({ ready: true, answered: true });
  expect(container?.phase).toBe('running');
  const port = container?.ports[0]?.host ?? 0;
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('up\n');
});

test('a container that ends before it answers never was up', async () => {
  const id = await started('crash', { MODE: 'exit', CODE: '3', START_DELAY: '0.5' });
  expect(await whenUp(engine, id, options)).toMatchObject({
    container: { phase: 'exited', exitCode: 3 },
    ready: false,
  });
});

test('one that listens nowhere is up once it has run for two seconds', async () => {
  const id = await started('deaf', { MODE: 'sleep' });
  const since = performance.now();
  expect(await whenUp(engine, id, options)).toMatchObject({
    container: { phase: 'running' },
    ready: true,
    answered: false,
  });
  expect(performance.now() - since).toBeGreaterThan(1_900);
});

test('one with a probe is not waited for: whoever watches its node asks', async () => {
  const id = await started('probed', { START_DELAY: '5' });
  const since = performance.now();
  const up = await whenUp(engine, id, { ...options, probes: { ready: { http: { path: '/healthz' } } } });
  expect(up).toMatchObject({ container: { phase: 'running' }, ready: false });
  expect(performance.now() - since).toBeLessThan(1_500);
});

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('a port that accepts and hangs up, as the proxy of an engine does, is nobody’s', async () => {
  const hangsUp = await listening(createServer((socket) => socket.destroy()));
  const stays = await listening(createServer((socket) => stack.defer(() => void socket.destroy())));
  expect([
    await accepts('127.0.0.1', hangsUp),
    await accepts('127.0.0.1', stays),
    await accepts('127.0.0.1', 1),
  ]).toEqual([false, true, false]);
});
