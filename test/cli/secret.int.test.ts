import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openShell, type Ran, type Shell } from './support/oo.ts';
import { type Reply, type ReplayServer, startReplayServer } from './support/replay-server.ts';

const SECRETS = {
  secrets: [
    { id: 'API_KEY', appId: 'app_1', value: 'hello', ...lists(null) },
    { id: 'long', appId: 'app_1', value: 'x'.repeat(40), ...lists(['ada']) },
  ],
};
const APPS = { apps: [{ id: 'app_1', host: 'unnamed' }] };

function lists(value: readonly string[] | null): object {
  const names = ['readers', 'writers', 'deleters', 'canChangeReaders', 'canChangeWriters', 'canChangeDeleters'];
  return Object.fromEntries(names.map((name) => [name, value]));
}

let shell: Shell;
let server: ReplayServer;
let replies: Reply[];

beforeEach(async () => {
  shell = await openShell();
  replies = [];
  server = await startReplayServer(() => replies.shift() ?? { body: {} });
  await shell.oo(['env', 'add', 'replay', server.url, 'recorded']);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await shell[Symbol.asyncDispose]();
});

const oo = (line: string, stdin?: string): Promise<Ran> => shell.oo(line.split(' '), stdin);
const asked = (): unknown => server.received.map(({ method, path, body }) => [method, path, body]);

test.each(['secret list', 's ls', 'secrets ls'])(
  'oo %s: the columns of the contract, values as stars',
  async (line) => {
    replies = [{ body: SECRETS }, { body: APPS }];
    const { code, stdout } = await oo(line);
    expect([code, stdout]).toEqual([
      0,
      'SECRET ID   APP HOST   LENGTH   VALUE\n' +
        'API_KEY     unnamed    5        *****\n' +
        `long        unnamed    40       ${'*'.repeat(32)}…\n`,
    ]);
    expect(asked()).toEqual([
      ['POST', '/secret-svc/secrets', { allApps: false, id: '' }],
      ['POST', '/user-svc/apps', { ids: ['app_1'] }],
    ]);
  },
);

test('values are shown when they are asked for, and in no other format by themselves', async () => {
  replies = [{ body: SECRETS }, { body: APPS }];
  expect((await oo('secret ls --show')).stdout).toContain('hello');
  for (const format of ['-o json', '-o yaml', '-v']) {
    replies = [{ body: SECRETS }, { body: APPS }];
    const { stdout } = await oo(`secret ls ${format}`);
    expect(stdout).toContain('API_KEY');
    expect(stdout).not.toContain('hello');
  }
});

test('no secrets: the header alone, and no question about apps', async () => {
  replies = [{ body: { secrets: [] } }];
  expect((await oo('secret ls -l nothing')).stdout).toBe('SECRET ID   APP HOST   LENGTH   VALUE\n');
  expect(asked()).toEqual([['POST', '/secret-svc/secrets', { allApps: true, id: 'nothing' }]]);
});

test('save: name and value, the value from standard input, a file; nothing is printed', async () => {
  const file = join(shell.home, 'secrets.yaml');
  await writeFile(file, '- id: a\n  value: 123\n- id: b\n  value: x\n  readers: [ada]\n');
  const runs = [await oo('secret save db S3cr3t'), await oo('secret save db', 'two\nlines\n'), await oo(`s s ${file}`)];
  expect(runs.map(({ code, stdout }) => [code, stdout])).toEqual([
    [0, ''],
    [0, ''],
    [0, ''],
  ]);
  expect(asked()).toEqual([
    ['PUT', '/secret-svc/secrets', { secrets: [{ id: 'db', value: 'S3cr3t' }] }],
    ['PUT', '/secret-svc/secrets', { secrets: [{ id: 'db', value: 'two\nlines' }] }],
    [
      'PUT',
      '/secret-svc/secrets',
      {
        secrets: [
          { id: 'a', value: '123' },
          { id: 'b', value: 'x', readers: ['ada'] },
        ],
      },
    ],
  ]);
});

test('save: without a value, or from a file that is wrong, nothing is sent', async () => {
  const file = join(shell.home, 'secrets.yaml');
  await writeFile(file, 'id: a b\nvalu: hunter2\n');
  const [empty, wrong] = [await oo('secret save db', ''), await oo(`secret save ${file}`)];
  expect([empty.code, wrong.code]).toEqual([2, 2]);
  expect(empty.stderr).toContain('no value was given for db');
  expect(wrong.stderr).toContain('did you mean value?');
  expect(wrong.stderr).not.toContain('hunter2');
  expect(asked()).toEqual([]);
});

test('remove: names as arguments or with -i; without any it says how', async () => {
  await oo('secret remove a b');
  await oo('secret rm -i a -i b');
  expect(asked()).toEqual([
    ['DELETE', '/secret-svc/secrets', { ids: ['a', 'b'] }],
    ['DELETE', '/secret-svc/secrets', { ids: ['a', 'b'] }],
  ]);
  const { code, stderr } = await oo('secret rm');
  expect([code, stderr]).toEqual([2, expect.stringContaining('oo secret remove <name>')]);
});

test('get prints what save takes, and says so when there is none', async () => {
  replies = [{ body: { secrets: SECRETS.secrets.slice(0, 1) } }, { body: { secrets: [] } }];
  expect((await oo('secret get API_KEY')).stdout).toBe('id: API_KEY\nvalue: hello\n');
  expect(await oo('secret read nothing')).toMatchObject({ code: 3, stdout: '' });
});

test('encrypt prints a sealed secret, with a warning where the server is not secure; is-secure fails there', async () => {
  replies = [{ body: { value: 'v1:sealed' } }, { body: { isSecure: false } }];
  expect((await oo('secret encrypt db S3cr3t')).stdout).toBe(
    '# warning: secret service is not secure\n' +
      'checksum: 00bc2d6a\nchecksumAlgorithm: CRC32\nencrypted: true\nid: db\nvalue: v1:sealed\n',
  );
  replies = [{ body: { isSecure: false } }, { body: { isSecure: true } }];
  expect(await oo('secret is-secure')).toMatchObject({ code: 1, stdout: '' });
  expect(await oo('secret is')).toMatchObject({ code: 0, stdout: 'Service is secure.\n' });
});
