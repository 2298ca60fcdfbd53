import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { OO, openShell, type Shell } from './support/oo.ts';

const run = promisify(execFile);

let shell: Shell;
beforeAll(async () => {
  shell = await openShell();
});
afterAll(() => shell[Symbol.asyncDispose]());

test('explain: kinds, a field, as JSON; without a server and without being logged in', async () => {
  const kinds = await shell.oo(['explain', '-o', 'json']);
  expect((JSON.parse(kinds.stdout) as { kind: string }[]).map(({ kind }) => kind)).toEqual([
    'deployment',
    'definition',
    'secret',
    'config',
  ]);
  const text = await shell.oo(['explain', 'deployment.strategy.maxSurge']);
  expect(text).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Example:\n  maxSurge: 1\n') });
  const json = await shell.oo(['explain', 'deployment.resources.cpu', '-o', 'json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ path: 'deployment.resources.cpu', unit: 'cores' });
});

test('explain: what does not exist is 3, with the path that was meant', async () => {
  const ran = await shell.oo(['explain', 'deployment.strategy.maxSurg']);
  expect(ran).toMatchObject({ code: 3, stdout: '' });
  expect(ran.stderr).toContain(
    'Error: deployment.strategy has no field "maxSurg"; there is type, maxUnavailable, maxSurge',
  );
  expect(ran.stderr).toContain('  next: oo explain deployment.strategy.maxSurge\n');
});

test('the help of all commands loads no schema', async () => {
  // A loader that tells what was loaded: the help must not pay for what only some commands need.
  const hook = join(shell.home, 'loaded.mjs');
  await writeFile(
    hook,
    `import { registerHooks } from 'node:module';
import { appendFileSync } from 'node:fs';
registerHooks({ load(url, context, next) { appendFileSync(process.env.HOME + '/loaded', url + '\\n'); return next(url, context); } });
`,
  );
  const env = { ...process.env, HOME: shell.home, NODE_OPTIONS: `--import=${hook}` };
  await run(OO, ['--help'], { env });
  await cp(join(shell.home, 'loaded'), join(shell.home, 'help'));
  await run(OO, ['explain'], { env });
  const [help, all] = [
    await readFile(join(shell.home, 'help'), 'utf8'),
    await readFile(join(shell.home, 'loaded'), 'utf8'),
  ];
  expect(help).toContain('src/cli/groups.ts');
  expect(help).not.toMatch(/node_modules\/zod\/|contract\/\w+-?(?:schemas|input)|file-kinds/);
  expect(all).toMatch(/node_modules\/zod\//);
});
