import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';

import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { openDatabase, sql } from '../../src/postgres/database.ts';
import { archiveCommand, type ArchiveAction } from '../../src/process/archive/command.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);

let folder: string;
let service: TestService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-svc-audit-'));
  service = await testService({
    NODES: 'simulated://a,simulated://b',
    CHECKPOINT_FILE: join(folder, 'checkpoints.ndjson'),
    SECRET_KEY: Buffer.alloc(32, 3).toString('base64'),
  });
  const definition = join(folder, 'definition.yaml');
  await writeFile(definition, 'id: def_web\nimage: {name: web:1, internalPorts: [8080]}\n');
  const deployment = join(folder, 'deployment.yaml');
  await writeFile(deployment, 'id: depl_web\ndefinitionId: def_web\nreplicas: 3\n');
  await service.oo('definition', 'save', definition);
  await service.oo('deployment', 'save', deployment, '--wait');
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const lines = async (name: string): Promise<readonly string[]> =>
  (await readFile(join(folder, name), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');

test('what the log did not say is not signed; what it said is, within some seconds, and kept in the file', async () => {
  await until('a checkpoint is in the file', 30_000, async () => (await lines('checkpoints.ndjson')).length > 0);
  const listed = JSON.parse(await service.oo('audit', 'checkpoints', '-o', 'json')) as unknown[];
  const kept = (await lines('checkpoints.ndjson')).map((line) => JSON.parse(line) as unknown);
  expect(listed.slice(0, kept.length)).toEqual(kept);
  expect(await service.oo('audit', 'verify')).toMatch(
    /^\d+ events verified, hash [0-9a-f]{64}; \d+ signed checkpoints?, the last at \d+\n$/,
  );
});

test('an export is verified without the server, by oo and by the program on the page', async () => {
  const [log, checkpoints, key] = ['log.ndjson', 'kept.json', 'audit.pem'].map((name) => join(folder, name));
  if (log === undefined || checkpoints === undefined || key === undefined) throw new Error('no names');
  await writeFile(log, await service.oo('audit', 'export'));
  await writeFile(checkpoints, await service.oo('audit', 'checkpoints', '-o', 'json'));
  await writeFile(key, await service.oo('audit', 'key'));
  const count = (await lines('log.ndjson')).length;
  expect(count).toBeGreaterThan(10);
  expect(await service.oo('audit', 'verify', log, '--checkpoints', checkpoints, '--key', key)).toMatch(
    new RegExp(`^${count} events verified, hash [0-9a-f]{64}; \\d+ checkpoints? held against it\n$`),
  );
  const page = await readFile(resolve(import.meta.dirname, '../../docs/audit.md'), 'utf8');
  const program = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  await writeFile(join(folder, 'verify.mjs'), program);
  const verify = async (): Promise<string> => (await run(process.execPath, [join(folder, 'verify.mjs'), log])).stdout;
  expect(await verify()).toMatch(new RegExp(`^${count} events hold, hash [0-9a-f]{64}\n$`));

  const honest = await readFile(log, 'utf8');
  await writeFile(log, honest.replace('"replicas":3', '"replicas":4'));
  const changed = (await lines('log.ndjson')).findIndex((line) => line.includes('"replicas":4')) + 1;
  expect(await service.tryOo('audit', 'verify', log)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`the log does not hold at position ${changed}: its hash is not that of the event`),
  });
  await expect(verify()).rejects.toMatchObject({ code: 1, stdout: `broken at position ${changed}\n` });
});

test('a part of the log goes on from a checkpoint', async () => {
  const all = await lines('log.ndjson');
  const file = join(folder, 'part.ndjson');
  await writeFile(file, await service.oo('audit', 'export', '--after', '5'));
  expect((await lines('part.ndjson')).slice(0, all.length - 5)).toEqual(
    (await service.oo('audit', 'export')).split('\n').slice(5, all.length),
  );
  expect(await service.oo('audit', 'verify', file, '--after', '5')).toContain('verified after position 5');
  expect((await service.tryOo('audit', 'verify', file)).stderr).toContain('position 1 is missing: the next event is 6');
});

test('archives and the server are one chain, also for the program on the page, and what the server lacks is said', async () => {
  const directory = join(folder, 'archives');
  const secret = Buffer.alloc(32, 3).toString('base64');
  const config = readConfig({ DATABASE_URL: service.databaseUrl, SECRET_KEY: secret });
  const archive = async (asked: ArchiveAction): Promise<void> => {
    using _silent = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(await archiveCommand(asked, config, createLogger('error', { service: 'test' }))).toBe(0);
  };
  const [first] = JSON.parse(await service.oo('audit', 'checkpoints', '-o', 'json')) as readonly { position: number }[];
  const until = first?.position ?? 0;
  await service.oo('audit', 'verify');
  await archive({ action: 'create', until: String(until), directory });
  const [kept] = JSON.parse(await service.oo('audit', 'archives', '-o', 'json')) as readonly { file: string }[];
  const file = join(directory, kept?.file ?? '');

  const whole = `positions 1 to ${until} are in 1 archive, the last ${kept?.file}, hash [0-9a-f]{64}`;
  expect(await service.oo('audit', 'verify')).toMatch(
    new RegExp(
      `^${whole}; files were not looked at \\(--archives DIR\\)\n\\d+ events? verified after position ${until}, `,
    ),
  );
  expect(await service.oo('audit', 'verify', '--archives', directory)).toMatch(
    new RegExp(`^${whole}; files verified, 1 checkpoint held against them\n\\d+ events verified, hash `),
  );
  const [tail, plain] = [join(folder, 'tail.ndjson'), join(folder, 'archived.ndjson')];
  await writeFile(tail, await service.oo('audit', 'export', '--after', String(until)));
  expect(await service.oo('audit', 'verify', file, tail)).toMatch(/^\d+ events verified, hash /);
  await writeFile(plain, gunzipSync(await readFile(file)));
  expect((await run(process.execPath, [join(folder, 'verify.mjs'), plain])).stdout).toMatch(
    `${until} events hold, hash `,
  );

  expect(await service.tryOo('events', '--after', '0')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('deploy-svc archive restore DIR --from 1'),
  });
  expect((await service.tryOo('events')).stderr).toContain(`events up to position ${until} are in archives`);
  const honest = await readFile(file);
  await writeFile(file, (await readFile(plain, 'utf8')).replace('"actor":"', '"actor":"x'));
  expect(await service.tryOo('audit', 'verify', '--archives', directory)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('the log does not hold at position 1: '),
  });
  await writeFile(file, honest);
  await archive({ action: 'restore', path: directory, from: undefined });
  expect(await service.oo('audit', 'verify')).toMatch(/^\d+ events verified, hash /);
});

test('every decision is taken again: each the same, and one that was written down otherwise is shown', async () => {
  expect(await service.oo('audit', 'decisions')).toMatch(/^[1-9]\d* decisions? taken again: each the same\n$/);
  await using database = openDatabase({ url: service.databaseUrl, applicationName: 'test', onError: () => undefined });
  const { db } = database;
  await sql`alter table events disable trigger user`.execute(db);
  const scheduled = sql`type = 'ReplicaScheduled'`;
  await sql`update events set data = replace(data::text, 'simulated', 'stimulated')::json where type = 'NodeRegistered'`.execute(
    db,
  );
  expect((await service.tryOo('audit', 'decisions')).code).toBe(0);
  await sql`update events set data = replace(data::text, '"generation":1', '"generation":2')::json where ${scheduled}`.execute(
    db,
  );
  const { code, stderr } = await service.tryOo('audit', 'decisions');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/recorded ReplicaScheduled .*"generation":2/)]);
  await sql`update events set data = replace(data::text, '"generation":2', '"generation":1')::json where ${scheduled}`.execute(
    db,
  );
  await sql`update events set data = replace(data::text, 'stimulated', 'simulated')::json where type = 'NodeRegistered'`.execute(
    db,
  );
});

test('a changed log is found at its position, and whoever wrote it anew is told by what was seen before', async () => {
  await service.oo('audit', 'verify');
  await using database = openDatabase({ url: service.databaseUrl, applicationName: 'test', onError: () => undefined });
  const { db } = database;
  await sql`alter table events disable trigger user`.execute(db);
  await sql`update events set actor = 'x' || actor where position = 4`.execute(db);
  const { code, stderr } = await service.tryOo('audit', 'verify');
  expect([code, stderr]).toEqual([1, expect.stringContaining('the log does not hold at position 4')]);
  expect(stderr).toContain('oo events --after 3 -n 1');
  await sql`update events set actor = substr(actor, 2) where position = 4`.execute(db);
  await service.oo('audit', 'verify');
  const seen = join(service.shell.home, '.1backend', 'auditHeads.json');
  await writeFile(seen, (await readFile(seen, 'utf8')).replace(/"hash": "[0-9a-f]{8}/, '"hash": "00000000'));
  expect((await service.tryOo('audit', 'verify')).stderr).toContain(
    'when it was verified from here last, it had another hash',
  );
});

test.each([
  [['audit', 'verify', '/nowhere.ndjson'], 2, 'cannot read /nowhere.ndjson'],
  [['audit', 'verify', '--key', 'k'], 2, '--after, --checkpoints and --key are for a file'],
  [['audit', 'verify', '/dev/null', '--key', '/dev/null'], 2, '/dev/null holds no public key'],
])('oo %j ends with %i and says why', async (args, code, why) => {
  expect(await service.tryOo(...args)).toMatchObject({ code, stderr: expect.stringContaining(why) });
});
