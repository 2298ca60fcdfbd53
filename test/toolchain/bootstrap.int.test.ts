import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';

const SCRIPT = resolve(import.meta.dirname, '../../scripts/bootstrap.sh');

let project: string;

/** A project whose one package brings a `node` that only tells its version: npm installs it without a registry. */
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'deploy-svc-bootstrap-'));
  await mkdir(join(project, 'scripts'));
  await cp(SCRIPT, join(project, 'scripts/bootstrap.sh'));
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ name: 'p', dependencies: { runtime: 'file:runtime' } }),
  );
  await mkdir(join(project, 'runtime'));
  await writeFile(
    join(project, 'runtime/package.json'),
    JSON.stringify({ name: 'runtime', version: '1.0.0', bin: { node: 'node' } }),
  );
  await bringNode('v24.1.0');
  await lock();
});

afterEach(async () => {
  await rm(project, { recursive: true, force: true });
});

async function bringNode(version: string): Promise<void> {
  await writeFile(join(project, 'runtime/node'), `#!/bin/sh\necho ${version}\n`);
  await chmod(join(project, 'runtime/node'), 0o755);
}

/** Writes package-lock.json in npm's own form; `comment` changes its text and nothing else. */
async function lock(comment = ''): Promise<void> {
  const packages = {
    '': { name: 'p', dependencies: { runtime: 'file:runtime' } },
    'node_modules/runtime': { resolved: 'runtime', link: true },
    runtime: { version: '1.0.0', bin: { node: 'node' } },
  };
  await writeFile(
    join(project, 'package-lock.json'),
    JSON.stringify({ name: 'p', lockfileVersion: 3, requires: true, packages, comment }),
  );
}

async function bootstrap(): Promise<{ readonly code: number; readonly said: string }> {
  const child = spawn('bash', [join(project, 'scripts/bootstrap.sh')], {
    cwd: tmpdir(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close') as Promise<[number]>]);
  return { code, said };
}

test('packages are installed once, with one line said, and again when the lock changes', async () => {
  expect(await bootstrap()).toEqual({ code: 0, said: 'bootstrap: installing packages (npm ci)\n' });
  expect(await bootstrap()).toEqual({ code: 0, said: '' });
  await lock('changed');
  expect(await bootstrap()).toEqual({
    code: 0,
    said: 'bootstrap: package-lock.json has changed: installing packages (npm ci)\n',
  });
  expect(await bootstrap()).toEqual({ code: 0, said: '' });
});

test('a Node that is too old is named', async () => {
  await bringNode('v22.9.0');
  const { code, said } = await bootstrap();
  expect(code).toBe(1);
  expect(said).toContain('node_modules/.bin/node is v22.9.0; 24 or newer is needed');
});

test("a lock that does not fit package.json fails with npm's words, and counts as not installed", async () => {
  await writeFile(
    join(project, 'package-lock.json'),
    JSON.stringify({ name: 'p', lockfileVersion: 3, packages: { '': { name: 'p' } } }),
  );
  const { code, said } = await bootstrap();
  expect(code).toBe(1);
  expect(said).toMatch(/Missing: runtime@.* from lock file[^]*npm ci failed/);
  await lock();
  expect((await bootstrap()).code).toBe(0);
});

test("a node_modules that is a link to another checkout's is left to that", async () => {
  await bootstrap();
  const other = join(project, 'other');
  await cp(join(project, 'node_modules'), other, { recursive: true, verbatimSymlinks: true });
  await rm(join(other, '.deploy-svc-lock'));
  await rm(join(project, 'node_modules'), { recursive: true });
  await symlink('other', join(project, 'node_modules'));
  expect(await bootstrap()).toEqual({ code: 0, said: '' });
  await expect(readFile(join(other, '.deploy-svc-lock'))).rejects.toThrow('ENOENT');
});
