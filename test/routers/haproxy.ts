import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLogger, type Logger } from '../../src/logger.ts';
import { HaproxyRouter, type HaproxySettings } from '../../src/routers/haproxy/haproxy-router.ts';
import { runtimeAt } from '../../src/routers/haproxy/runtime.ts';
import type { OpenRouter } from '../routing/conformance.ts';
import { freePort } from '../support/registry.ts';
import { until } from '../support/until.ts';

export interface OpenHaproxy extends OpenRouter {
  readonly router: HaproxyRouter;
  readonly settings: HaproxySettings;
  /** One command at its runtime API. */
  ask(command: string): Promise<string>;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** An HAProxy of this machine with the configuration that the adapter writes, and the adapter. */
export async function openHaproxy(
  more: Partial<HaproxySettings> = {},
  log: Logger = createLogger('silent'),
): Promise<OpenHaproxy> {
  const stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'haproxy-'));
  stack.defer(() => rm(directory, { recursive: true }));
  const bind = `127.0.0.1:${await freePort()}`;
  const settings: HaproxySettings = {
    directory,
    socket: join(directory, 'haproxy.sock'),
    bind,
    domains: ['localhost', 'apps.test'],
    backends: 8,
    trusted: [],
    connectMs: 1_000,
    headersMs: 10_000,
    idleMs: 10_000,
    maxInFlight: 1_000,
    ...more,
  };
  let running: ReturnType<typeof spawn> | undefined;
  const { ask } = runtimeAt(settings.socket);
  const kill = async (): Promise<void> => {
    const child = running;
    running = undefined;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  stack.defer(kill);
  const router = stack.use(new HaproxyRouter(settings, log));
  await router.prepare();
  const start = async (): Promise<void> => {
    const child = spawn('haproxy', ['-db', '-f', router.file], { stdio: ['ignore', 'ignore', 'pipe'] });
    running = child;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    await until('HAProxy answers', 10_000, async () => {
      if (child.exitCode !== null) throw new Error(`HAProxy ended: ${said}`);
      return ask('show info').then(
        () => true,
        () => false,
      );
    });
  };
  await start();
  return {
    router,
    settings,
    url: `http://${bind}`,
    ask,
    start,
    kill,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
