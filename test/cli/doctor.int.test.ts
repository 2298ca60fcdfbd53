import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { testService } from '../support/service.ts';
import { type Ran, openShell, type Shell } from './support/oo.ts';
import { type Reply, startReplayServer } from './support/replay-server.ts';

interface Report {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly status: string;
    readonly found: string;
    readonly mend?: string;
  }[];
}

let shell: Shell;

beforeEach(async () => {
  shell = await openShell();
});
afterEach(() => shell[Symbol.asyncDispose]());

async function examine(
  ...args: readonly string[]
): Promise<{ code: Ran['code']; report: Report; of: (name: string) => unknown }> {
  const { code, stdout, stderr } = await shell.oo([...args, 'doctor', '-o', 'json']);
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as Report;
  return { code, report, of: (name) => report.checks.find((check) => check.name === name) };
}

/** A server that is well but for what is changed. */
async function serve(change: Readonly<Record<string, Reply>>): Promise<AsyncDisposable> {
  const times = { createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' };
  const exp = Math.floor(Date.now() / 1000) + 90;
  const token = ['{}', JSON.stringify({ exp }), ''].map((part) => Buffer.from(part).toString('base64url')).join('.');
  const well: Readonly<Record<string, Reply>> = {
    '/healthz': { body: { status: 'ok' } },
    '/readyz': { body: { status: 'ok', checks: { database: 'ok' } } },
    '/openapi.json': { body: { info: { version: '0.1.0' } } },
    '/user-svc/self': { body: { user: { id: 'u', slug: 'ada', ...times }, roles: ['user-svc:admin'], tokenCount: 1 } },
    '/registry-svc/nodes': { status: 403, body: { error: 'Forbidden' } },
    '/deploy-svc/workers': { status: 403, body: { error: 'Forbidden' } },
    '/deploy-svc/routers': { status: 403, body: { error: 'Forbidden' } },
    '/secret-svc/is-secure': { body: { isSecure: true } },
    '/user-svc/login': { status: 401, body: { error: 'Unauthorized' } },
  };
  const server = await startReplayServer(
    ({ path }) => change[path] ?? well[path] ?? { status: 404, body: { error: path } },
  );
  const state = {
    selectedEnvironment: 'test',
    environments: {
      test: {
        url: server.url,
        shortName: 'test',
        selectedUser: 'ada',
        users: { ada: { slug: 'ada', selectedAppHost: 'unnamed', tokensByAppHost: { unnamed: token } } },
      },
    },
  };
  await mkdir(join(shell.home, '.1backend'), { recursive: true });
  await writeFile(join(shell.home, '.1backend/cliConfig.yaml'), JSON.stringify(state), { mode: 0o600 });
  return server;
}

test('without a server it tells what it can, and how to start one', async () => {
  await shell.oo(['env', 'add', 'gone', 'http://127.0.0.1:1']);
  const { code, stdout, stderr } = await shell.oo(['doctor']);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toMatch(/^ok +Node +v\d+/m);
  expect(stdout).toMatch(/^ok +state file +.*readable by its owner alone$/m);
  expect(stdout).toMatch(
    /^fail +server +no answer from http:\/\/127.0.0.1:1: .*\n +mend: .*npm start.*oo env select <name>$/m,
  );
  // Not on a terminal: no colours.
  expect(stdout).not.toContain('\u001b');
});

test('before the first use, and with an environment that is not there', async () => {
  const first = await examine();
  expect(first.of('state file')).toMatchObject({ status: 'ok', found: expect.stringContaining('none yet') });
  const other = await examine('-e', 'prod');
  expect(other.code).toBe(1);
  expect(other.of('environment')).toMatchObject({ status: 'fail', mend: expect.stringContaining('oo env add prod') });
});

test('a file of tokens that others may read, and one that cannot be understood', async () => {
  await shell.oo(['env', 'add', 'gone', 'http://127.0.0.1:1']);
  const file = join(shell.home, '.1backend/cliConfig.yaml');
  await chmod(file, 0o644);
  expect((await examine()).of('state file')).toMatchObject({ status: 'warn', mend: `chmod 600 ${file}` });
  await writeFile(file, 'environments: [');
  expect((await examine()).of('environment')).toMatchObject({
    status: 'fail',
    found: expect.stringContaining('cannot understand'),
    mend: expect.stringContaining('mend the file'),
  });
});

test('the whole product as it comes: all well but for what everybody knows; then without a login', async () => {
  await using service = await testService({ NODES: 'simulated://doctor' });
  const { code, stdout } = await service.shell.oo(['doctor', '-o', 'json']);
  const { ok, checks } = JSON.parse(stdout) as Report;
  expect({ code, ok }).toEqual({ code: 0, ok: true });
  const seen = Object.fromEntries(checks.map(({ name, status }) => [name, status]));
  expect(seen).toMatchObject({
    server: 'ok',
    version: 'ok',
    clock: 'ok',
    database: 'ok',
    token: 'ok',
    role: 'ok',
    nodes: 'ok',
    workers: 'ok',
    routers: 'ok',
    'secret key': 'warn',
    'admin password': 'warn',
  });
  for (const { status, mend } of checks) expect(mend !== undefined).toBe(status === 'warn' || status === 'fail');
  // From a home in which nobody is logged in.
  await shell.oo(['env', 'add', 'test', service.url]);
  const { code: failed, of } = await examine();
  expect(failed).toBe(1);
  expect(of('token')).toMatchObject({ status: 'fail', mend: 'oo login <slug>' });
});

test('a server that is well, seen by an administrator who may not look at nodes', async () => {
  await using _ = await serve({});
  const { code, report, of } = await examine();
  expect(code).toBe(0);
  expect(report.checks.filter(({ status }) => status === 'fail' || status === 'warn')).toEqual([]);
  expect(of('token')).toMatchObject({ found: expect.stringMatching(/^good for 1m\d+s,/) });
  expect(of('version')).toMatchObject({ status: 'ok', found: '0.1.0, as this oo' });
  expect(of('nodes')).toMatchObject({ status: 'skip', found: 'you may not see them' });
});

test.each<[string, Readonly<Record<string, Reply>>, number, object]>([
  [
    'version',
    { '/openapi.json': { body: { info: { version: '9.0.0' } } } },
    0,
    { status: 'warn', found: 'the server is 9.0.0, this oo 0.1.0' },
  ],
  ['database', { '/readyz': { status: 502 } }, 1, { status: 'fail', found: 'status 502' }],
  ['version', { '/openapi.json': { status: 404, body: {} } }, 0, { status: 'skip' }],
  [
    'clock',
    { '/healthz': { body: { status: 'ok' }, headers: { date: new Date(Date.now() + 3_600_000).toUTCString() } } },
    0,
    { status: 'warn', found: expect.stringMatching(/^the server's is (59m|1h0m)\d+s ahead of this one/) },
  ],
  [
    'database',
    { '/readyz': { status: 503, body: { status: 'unavailable', checks: { database: 'connection refused' } } } },
    1,
    { status: 'fail', found: 'database: connection refused' },
  ],
  [
    'token',
    { '/user-svc/self': { status: 401, body: { error: 'Unauthorized' } } },
    1,
    { status: 'fail', mend: 'oo login ada' },
  ],
  ['secret key', { '/secret-svc/is-secure': { body: { isSecure: false } } }, 0, { status: 'warn' }],
  ['admin password', { '/user-svc/login': { status: 429, body: { error: 'too many tries' } } }, 0, { status: 'skip' }],
  [
    'server',
    { '/healthz': { body: 'hello' } },
    1,
    { status: 'fail', found: expect.stringContaining('is no Deploy Svc') },
  ],
])('%s with %j: exit %i', async (name, change, expected, check) => {
  await using _ = await serve(change);
  const { code, of } = await examine();
  expect(code).toBe(expected);
  expect(of(name)).toMatchObject(check);
});

test('an engine that takes the connection and says nothing costs two seconds, and no more', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = silent.address() as AddressInfo;
    const { checkEngine } = await import('../../src/cli/doctor/here.ts');
    expect(await checkEngine({ DOCKER_HOST: `tcp://127.0.0.1:${port}` })).toMatchObject({
      status: 'skip',
      found: expect.stringContaining('no answer within 2 s'),
    });
    expect(await checkEngine({ DOCKER_HOST: 'unix:///nowhere.sock' })).toMatchObject({ status: 'skip' });
    expect(await checkEngine({ DOCKER_HOST: 'ssh://host' })).toMatchObject({ status: 'skip' });
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});
