import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLogger, type Logger } from '../../src/logger.ts';
import { CaddyRouter, type CaddySettings } from '../../src/routers/caddy/caddy-router.ts';
import { ask } from '../routing/client.ts';
import type { OpenRouter } from '../routing/conformance.ts';
import { freePort } from '../support/registry.ts';
import { until } from '../support/until.ts';
import type { CaddyProgram } from './caddy-programs.ts';

export interface OpenCaddy extends OpenRouter {
  readonly router: CaddyRouter;
  readonly settings: CaddySettings;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** A Caddy with an admin API alone, and the adapter. */
export async function openCaddy(
  { path }: CaddyProgram,
  more: Partial<CaddySettings> = {},
  log: Logger = createLogger('silent'),
): Promise<OpenCaddy> {
  const stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'caddy-'));
  stack.defer(() => rm(directory, { recursive: true }));
  const listen = `127.0.0.1:${await freePort()}`;
  const admin = `127.0.0.1:${await freePort()}`;
  const settings: CaddySettings = {
    admin: `http://${admin}`,
    listen,
    domains: ['localhost', 'apps.test'],
    trusted: [],
    connectMs: 1_000,
    headersMs: 10_000,
    idleMs: 10_000,
    ...more,
  };
  const file = join(directory, 'caddy.json');
  await writeFile(
    file,
    JSON.stringify({ admin: { listen: admin }, logging: { logs: { default: { level: 'ERROR' } } } }),
  );
  let running: ReturnType<typeof spawn> | undefined;
  const kill = async (): Promise<void> => {
    const child = running;
    running = undefined;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  stack.defer(kill);
  const start = async (): Promise<void> => {
    const own = { HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory };
    const child = spawn(path, ['run', '--config', file], {
      env: { ...process.env, ...own },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running = child;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    await until('Caddy answers', 10_000, async () => {
      if (child.exitCode !== null) throw new Error(`Caddy ended: ${said}`);
      return configured(settings, 'GET', '').then(
        () => true,
        () => false,
      );
    });
  };
  const router = stack.use(new CaddyRouter(settings, log));
  await start();
  return { router, settings, url: `http://${listen}`, start, kill, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Asks for a part of the configuration, or changes it, as somebody else would: by the admin API. */
export async function configured(
  { admin }: Pick<CaddySettings, 'admin'>,
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  body?: string,
): Promise<unknown> {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const { status, text } = await ask(`${admin}/config/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  if (status >= 300) throw new Error(`Caddy answers ${method} ${path} with ${status}: ${text}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
