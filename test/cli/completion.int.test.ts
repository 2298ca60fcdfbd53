import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { OO, openShell, type Shell } from './support/oo.ts';
import { type ReplayServer, startReplayServer } from './support/replay-server.ts';

const run = promisify(execFile);

let shell: Shell;
let server: ReplayServer;
let answers: boolean;

beforeAll(async () => {
  shell = await openShell();
  server = await startReplayServer(({ path }) => {
    if (!answers) return 'taken';
    const evil = `$(touch ${shell.home}/touched)`;
    const ids = ['depl_one', 'depl_two', 'other', evil, 'with blank'];
    if (path === '/deploy-svc/deployments') {
      return { body: { deployments: ids.map((id) => ({ id, definitionId: 'd', status: 'OK' })) } };
    }
    if (path === '/registry-svc/nodes') return { body: { nodes: [{ id: 'node_1', url: 'unix:///d.sock' }] } };
    if (path === '/proxy-svc/routes') {
      const route = { id: 'shop.example/admin', target: 'http://10.0.0.7', createdAt: '', updatedAt: '' };
      return { body: { routes: [route, { ...route, id: evil }] } };
    }
    return { status: 403, body: { error: 'Forbidden' } };
  });
  await shell.oo(['env', 'add', 'other', 'http://127.0.0.1:1']);
  await shell.oo(['env', 'add', 'test', server.url]);
  await mkdir(join(shell.home, 'bin'));
  await symlink(OO, join(shell.home, 'bin/oo'));
  await writeFile(join(shell.home, 'bash.sh'), (await shell.oo(['completion', 'bash'])).stdout);
  await mkdir(join(shell.home, 'files/nested'), { recursive: true });
  for (const name of ['a.yaml', 'b.json', 'c.txt']) await writeFile(join(shell.home, 'files', name), '');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await shell[Symbol.asyncDispose]();
});

/** What a real bash proposes when the tab key is pressed behind that line, and what it complains of. */
async function press(line: string): Promise<{ proposed: readonly string[]; stderr: string }> {
  const script = `
    source bash.sh; source bash.sh
    [[ $(complete -p oo) == 'complete -F __oo_complete oo' ]] || exit 1
    compopt() { :; }
    COMP_LINE=$1; COMP_POINT=\${#1}
    __oo_complete
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, HOME: shell.home, PATH: `${shell.home}/bin:${process.env['PATH']}` };
  const ran = await run('bash', ['--norc', '-c', script, 'bash', line], { env, cwd: shell.home });
  return { proposed: ran.stdout.split('\n').filter((word) => word !== ''), stderr: ran.stderr };
}

test.each([
  ['oo de', ['deployment', 'definition', 'describe', 'delete']],
  ['oo depl l', ['list']],
  ['oo -e test nodes un', ['uncordon']],
  ['oo depl ls --fi', ['--filter']],
  ['oo depl ls -o nd', ['ndjson']],
  ['oo depl ls --sort rev', ['revision']],
  ['oo depl ls --columns id,stat', ['id,status']],
  ['oo node ls --filter url', ['url=']],
  ['oo completion ', ['zsh', 'bash', 'fish', 'powershell']],
  ['oo help comp', ['completion']],
  ['oo help ex', ['explain', 'exec', 'exit-codes']],
  ['oo env select o', ['other']],
  ['oo -e te', ['test']],
  ['oo depl ls -e te', ['test']],
  ['oo depl save files/', ['files/nested/', 'files/a.yaml', 'files/b.json']],
  ['oo depl save files/a.yaml files/b', ['files/b.json']],
  ['oo def save files/n', ['files/nested/']],
])('%s proposes %j', async (line, expected) => {
  answers = true;
  const { proposed, stderr } = await press(line);
  expect([...proposed].toSorted()).toEqual(expected.toSorted());
  expect(stderr).toBe('');
});

test('ids come from the server; one that a shell would carry out is never proposed', async () => {
  answers = true;
  expect((await press('oo depl get ')).proposed).toEqual(['depl_one', 'depl_two', 'other']);
  expect((await press('oo deployments scale depl_t')).proposed).toEqual(['depl_two']);
  expect((await press('oo events --of oth')).proposed).toEqual(['other']);
  expect((await press('oo node drain ')).proposed).toEqual(['node_1']);
  expect((await press('oo route remove ')).proposed).toEqual(['shop.example/admin']);
  expect(existsSync(join(shell.home, 'touched'))).toBe(false);
});

test('a server that refuses, is away or never answers costs a second at most, and no word', async () => {
  answers = true;
  expect(await press('oo secret get ')).toEqual({ proposed: [], stderr: '' });
  expect(await press('oo -e other depl get ')).toEqual({ proposed: [], stderr: '' });
  answers = false;
  expect(await shell.oo(['complete', '--', 'depl', 'get', ''])).toEqual({ code: 0, stdout: ':4\n', stderr: '' });
});

test.each(['bash', 'zsh', 'fish', 'powershell'])('the script for %s asks oo for the words', async (name) => {
  const { code, stdout } = await shell.oo(['completion', name]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/\boo complete '?--/);
});

test('another shell is refused, with those that there are', async () => {
  expect(await shell.oo(['completion', 'csh'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Allowed choices are bash, zsh, fish, powershell.'),
  });
});
