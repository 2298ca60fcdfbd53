import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestDatabase, queryRows } from '../../test/support/database.ts';
import { destroyEmbedded, startEmbedded } from './embedded.ts';
import { readPostmaster } from './embedded/postmaster.ts';
import { isRunning } from './embedded/processes.ts';

let folder: string;
let dataDir: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-svc-embedded-'));
  await chmod(folder, 0o755);
  dataDir = join(folder, 'postgres');
});

afterEach(async () => {
  await destroyEmbedded(dataDir);
  await rm(folder, { recursive: true, force: true });
});

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  await using database = openTestDatabase(url);
  return await queryRows(database, text);
}

async function serverPid(): Promise<number> {
  const server = await readPostmaster(join(dataDir, 'cluster'));
  if (!server) throw new Error('no server runs');
  return server.pid;
}

/** Starts the server in another process; resolves with that process and the URL once it is up. */
async function startElsewhere(): Promise<{ child: ChildProcess; url: string }> {
  const module = join(import.meta.dirname, 'embedded.ts');
  const code = `const { startEmbedded } = await import(${JSON.stringify(module)});
    const server = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)} });
    console.log(server.url);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const url of createInterface({ input: child.stdout })) return { child, url };
  throw new Error('the other process ended without starting a server');
}

test('data survives a stop, and a stop leaves no process behind', async () => {
  const first = await startEmbedded({ dataDir });
  await query(first.url, 'create table kept as select 7 as n');
  const pid = await serverPid();
  await first.stop();
  await first.stop();
  expect(isRunning(pid)).toBe(false);
  await using second = await startEmbedded({ dataDir });
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
});

test('commits are durable and an idle transaction cannot stall others for ever', async () => {
  await using server = await startEmbedded({ dataDir });
  const rows = await query(
    server.url,
    `select name, current_setting(name) as value from unnest(array['fsync', 'synchronous_commit', 'full_page_writes',
       'max_connections', 'idle_in_transaction_session_timeout', 'data_checksums', 'listen_addresses']) as name`,
  );
  expect(Object.fromEntries(rows.map(({ name, value }) => [name, value]))).toEqual({
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    max_connections: '200',
    idle_in_transaction_session_timeout: '5s',
    data_checksums: 'on',
    listen_addresses: '127.0.0.1',
  });
});

test('the port and settings asked for are used', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  probe.close();
  await once(probe, 'close');
  await using server = await startEmbedded({ dataDir, port: address.port, settings: { work_mem: '9MB' } });
  expect(new URL(server.url).port).toBe(String(address.port));
  expect(await query(server.url, 'show work_mem')).toEqual([{ work_mem: '9MB' }]);
});

test('a running server is shared, and stops with its last user', async () => {
  const first = await startEmbedded({ dataDir });
  const second = await startEmbedded({ dataDir });
  const pid = await serverPid();
  expect(second.url).toBe(first.url);
  await first.stop();
  expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  await second.stop();
  expect(isRunning(pid)).toBe(false);
});

test('two callers that start a new folder at once get one server', async () => {
  const servers = await Promise.all([
    startEmbedded({ dataDir }),
    startEmbedded({ dataDir }),
    startEmbedded({ dataDir }),
  ]);
  expect(new Set(servers.map(({ url }) => url)).size).toBe(1);
  const [first] = servers;
  expect(await query(first.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  await Promise.all(servers.map((server) => server.stop()));
});

test('the server of a killed process is adopted, and stops with the adopter', async () => {
  const { child, url } = await startElsewhere();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const pid = await serverPid();
  expect(isRunning(pid)).toBe(true);
  const adopted = await startEmbedded({ dataDir });
  expect(adopted.url).toBe(url);
  await adopted.stop();
  expect(isRunning(pid)).toBe(false);
});

test('SIGINT to the process, as Ctrl-C sends it, leaves the server to its owner', async () => {
  const { child, url } = await startElsewhere();
  const pid = await serverPid();
  child.kill('SIGINT');
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  // Nobody hooked the signal: what happens on it is the product's own decision.
  expect(signal).toBe('SIGINT');
  expect(isRunning(pid)).toBe(true);
  expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  expect(group, 'the server leads a process group of its own, which the terminal does not signal').toBe(pid);
});

test('a killed server is started anew, with every commit', async () => {
  const first = await startEmbedded({ dataDir });
  await query(first.url, 'create table kept as select 7 as n');
  process.kill(await serverPid(), 'SIGKILL');
  await using second = await startEmbedded({ dataDir });
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
});

test("a left-over postmaster.pid that names somebody else's process does not keep the server down", async () => {
  await (await startEmbedded({ dataDir })).stop();
  const file = join(dataDir, 'cluster/postmaster.pid');
  await writeFile(file, `${process.pid}\n${join(dataDir, 'cluster')}\n1\n5432\n\n127.0.0.1\n0 0\nready\n`);
  await using server = await startEmbedded({ dataDir });
  expect(await query(server.url, 'select 1 as n')).toEqual([{ n: 1 }]);
});

test("a server that cannot start says why, in its log's words", async () => {
  await expect(startEmbedded({ dataDir, settings: { shared_buffers: 'plenty' } })).rejects.toThrow(
    /did not start.*ended with 1\n(.*\n)*.*invalid value for parameter "shared_buffers"/,
  );
  await using server = await startEmbedded({ dataDir });
  expect(await query(server.url, 'select 1 as n')).toEqual([{ n: 1 }]);
});

test.runIf(process.getuid?.() === 0)(
  "a folder in a home that is closed to the server's user is kept elsewhere",
  async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const said: string[] = [];
    const server = await startEmbedded({
      dataDir: join(closed, 'postgres'),
      logger: { info: (line) => said.push(line) },
    });
    expect(server.dataDir).toMatch(/^\/var\/lib\/deploy-svc\/[0-9a-f]{12}$/);
    expect(said.join('\n')).toContain(server.dataDir);
    expect(await query(server.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    await server.stop();
    await destroyEmbedded(server.dataDir);
  },
);
