import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openShell, type Shell } from './support/oo.ts';
import { type Reply, type ReplayServer, startReplayServer } from './support/replay-server.ts';
import { startOo } from './support/started.ts';

let shell: Shell;
let server: ReplayServer;
/** What to answer to the save of that id. */
let replies: Readonly<Record<string, Reply>>;

beforeEach(async () => {
  shell = await openShell();
  replies = {};
  server = await startReplayServer(({ body }) => {
    const { deployment } = body as { readonly deployment?: { readonly id: string } };
    return replies[deployment?.id ?? ''] ?? { body: {}, headers: { 'x-log-position': '7' } };
  });
  await shell.oo(['env', 'add', 'test', server.url]);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await shell[Symbol.asyncDispose]();
});

const path = (name: string): string => join(shell.home, name);
const deployment = (id: string): string => `id: ${id}\ndefinitionId: def_1\n`;
const sent = (): readonly string[] =>
  server.received.map(({ body }) => (body as { readonly deployment: { readonly id: string } }).deployment.id);

test('files, folders with all below them, links and standard input, several documents each, in the order given', async () => {
  await mkdir(path('all/b/deep'), { recursive: true });
  await writeFile(path('all/z.yaml'), `${deployment('six')}---\n---\n${deployment('seven')}`);
  await writeFile(path('all/b/deep/a.json'), '[{"id": "four", "definitionId": "d"}]');
  await writeFile(path('all/b/deep/notes.txt'), 'no deployment');
  await writeFile(path('all/a.yml'), deployment('three'));
  await writeFile(path('target'), deployment('five'));
  await symlink(path('target'), path('all/c.yaml'));
  await writeFile(path('first.yaml'), deployment('one'));
  const args = ['depl', 'save', path('first.yaml'), '-', path('all'), '-o', 'json'];
  const { code, stdout, stderr } = await shell.oo(args, deployment('two'));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(sent()).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'seven']);
  expect((JSON.parse(stdout) as { id: string }[]).map(({ id }) => id)).toEqual(sent());
});

test('one mistake in the last of them, and nothing is sent', async () => {
  await writeFile(path('good.yaml'), deployment('good'));
  await writeFile(path('bad.yaml'), `${deployment('fine')}---\nid: bad\n`);
  await writeFile(path('again.yaml'), deployment('good'));
  const ran = await shell.oo(['depl', 'save', ...['good', 'bad', 'again', 'none'].map((name) => path(`${name}.yaml`))]);
  expect(ran).toEqual({
    code: 2,
    stdout: '',
    stderr: [
      `${path('none.yaml')}: no such file or directory`,
      `${path('bad.yaml')}:4:1 definitionId: is required (the id of a definition, as \`oo definition list\` shows it)`,
      `${path('again.yaml')}:1:5 id: "good" is also the id in ${path('good.yaml')}:1:5`,
      'Error: 3 problems to mend; nothing was sent',
      '',
    ].join('\n'),
  });
  expect(sent()).toEqual([]);
});

test('one that the server refuses: at its line, with what was saved before it', async () => {
  await writeFile(path('all.yaml'), ['one', 'two', 'three', 'four'].map(deployment).join('---\n'));
  replies = {
    three: { status: 400, body: { error: 'x', problems: [{ field: 'definitionId', message: 'is not there' }] } },
  };
  const { code, stderr } = await shell.oo(['depl', 'save', path('all.yaml')]);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr:
      `${path('all.yaml')}:8:15 definitionId: is not there\n` +
      `Error: cannot save deployment three: the server found 1 problem in ${path('all.yaml')}; ` +
      'saved before it: one, two; the other 2 of 4 were not\n',
  });
  replies = { one: { status: 401, body: { error: 'Unauthorized' } } };
  expect(await shell.oo(['depl', 'save', path('all.yaml')])).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('Unauthorized; nothing of the 4 was saved\n  next: log in'),
  });
});

test('on a terminal several are summed up, and how to follow them is told', async () => {
  await writeFile(path('all.yaml'), ['one', 'two', 'three'].map(deployment).join('---\n'));
  replies = { two: { body: {} } };
  await using saving = startOo(shell, ['depl', 'save', '--detach', path('all.yaml')], { columns: 100, rows: 20 });
  await saving.printed('oo deployment list --watch');
  expect(saving.stdout()).toContain('3 deployments of 1 file saved, 1 of them as before\r\n');
});

test('secrets of several files go in one call; a second word that is no path is a value', async () => {
  await writeFile(path('a.yaml'), 'id: A\nvalue: one\n');
  await writeFile(path('b.yaml'), '- {id: B, value: two}\n- {id: C, value: three}\n');
  expect(await shell.oo(['secret', 'save', path('a.yaml'), path('b.yaml')])).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  expect(await shell.oo(['secret', 'save', 'D', path('b.yaml')])).toMatchObject({ code: 0 });
  expect(server.received.map(({ body }) => body)).toEqual([
    {
      secrets: [
        { id: 'A', value: 'one' },
        { id: 'B', value: 'two' },
        { id: 'C', value: 'three' },
      ],
    },
    { secrets: [{ id: 'D', value: path('b.yaml') }] },
  ]);
  expect(await shell.oo(['secret', 'save', path('a.yaml'), path('none.yaml')])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('none.yaml: no such file or directory'),
  });
  expect(await shell.oo(['secret', 'save', 'E', 'f', 'g'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('which of 2 values? one secret has one'),
  });
  expect(server.received).toHaveLength(2);
});
