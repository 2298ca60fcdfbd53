import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-svc-lock-'));
  await cp(join(ROOT, 'package-lock.json'), join(folder, 'package-lock.json'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function completeLock(...options: string[]): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((done) => {
    const script = join(ROOT, 'scripts/complete-lock.ts');
    execFile(process.execPath, [script, ...options], { cwd: folder }, (error, said) => {
      done({ code: error === null ? 0 : Number(error.code), said });
    });
  });
}

test("the project's lock names every platform's packages", async () => {
  expect(await completeLock('--check')).toEqual({ code: 0, said: '' });
});

test('a package that npm left out is told, and put back', async () => {
  const file = join(folder, 'package-lock.json');
  const whole = await readFile(file, 'utf8');
  const name = 'node_modules/@oxlint-tsgolint/win32-arm64';
  const lock = JSON.parse(whole) as { packages: Record<string, unknown> };
  delete lock.packages[name];
  await writeFile(file, JSON.stringify(lock));
  expect(await completeLock('--check')).toEqual({
    code: 1,
    said: `${name} is missing in package-lock.json: run node scripts/complete-lock.ts\n`,
  });
  expect(await completeLock()).toEqual({ code: 0, said: '1 packages added\n' });
  const restored = JSON.parse(await readFile(file, 'utf8')) as { packages: Record<string, unknown> };
  expect(restored.packages[name]).toMatchObject({ os: ['win32'], cpu: ['arm64'], optional: true });
});
