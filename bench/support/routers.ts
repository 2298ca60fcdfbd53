import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { accepts } from '../../src/workers/start/when-up.ts';
import { until } from '../../test/support/until.ts';

/** Debian's package. */
const HAPROXY = '/usr/sbin/haproxy';
const START_MS = 30_000;

/** What is measured, on the same two servers: nothing between, the gateway, and HAProxy where it is installed. */
export interface Routers extends AsyncDisposable {
  readonly direct: string;
  readonly gateway: string;
  readonly haproxy: string | undefined;
}

/** Each in a process of its own; HAProxy with one thread, as the gateway has. */
export async function openRouters(): Promise<Routers> {
  await using stack = new AsyncDisposableStack();
  const { ports } = await told<{ readonly ports: readonly number[] }>(stack, 'upstream-process.ts', []);
  const { url } = await told<{ readonly url: string }>(stack, 'gateway-process.ts', ports.map(String));
  const haproxy = existsSync(HAPROXY) ? await startHaproxy(stack, ports) : undefined;
  const whole = stack.move();
  const direct = `http://127.0.0.1:${ports[0]}`;
  return { direct, gateway: url, haproxy, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}

async function told<Message>(stack: AsyncDisposableStack, file: string, args: readonly string[]): Promise<Message> {
  const child = fork(join(import.meta.dirname, file), args);
  const ended = once(child, 'exit');
  stack.defer(async () => {
    if (child.connected) child.disconnect();
    await ended;
  });
  const [message] = (await Promise.race([
    once(child, 'message'),
    ended.then(() => Promise.reject(new Error(`${file} ended before it was ready`))),
  ])) as [Message];
  return message;
}

async function startHaproxy(stack: AsyncDisposableStack, ports: readonly number[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-haproxy-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const servers = ports.map((each, index) => `  server s${index} 127.0.0.1:${each}`).join('\n');
  const file = join(folder, 'haproxy.cfg');
  await writeFile(
    file,
    `global\n  nbthread 1\n  maxconn 4000\ndefaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n` +
      `frontend f\n  bind 127.0.0.1:${port}\n  option forwardfor\n  default_backend b\nbackend b\n  balance leastconn\n  http-reuse always\n${servers}\n`,
  );
  const child = spawn(HAPROXY, ['-f', file, '-db'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await until('HAProxy listens', START_MS, () => accepts('127.0.0.1', port));
  return `http://127.0.0.1:${port}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
