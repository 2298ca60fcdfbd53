import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ALLOWED, FORBIDDEN, type Planted } from './planted.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const Report = z.object({ diagnostics: z.array(z.object({ code: z.string().optional(), filename: z.string() })) });

let folder: string;
let found: ReadonlyMap<string, ReadonlySet<string>>;

/** Runs the project's own linter configuration over the planted files; answers rule names by file. */
async function lint(cwd: string): Promise<Map<string, Set<string>>> {
  const binary = join(ROOT, 'node_modules/.bin/oxlint');
  // oxlint exits with 1 when it finds something, which is what is wanted here: the report decides.
  const stdout = await new Promise<string>((done) => {
    execFile(binary, ['-f', 'json', '.'], { cwd, maxBuffer: 64 << 20 }, (_error, out) => {
      done(out);
    });
  });
  const byFile = new Map<string, Set<string>>();
  for (const { code, filename } of Report.parse(JSON.parse(stdout)).diagnostics) {
    const rules = byFile.get(filename) ?? new Set();
    byFile.set(filename, rules.add(/\(([^)]+)\)/.exec(code ?? '')?.[1] ?? code ?? 'syntax'));
  }
  return byFile;
}

async function plant({ path, files }: Planted, source: string): Promise<void> {
  for (const [name, text] of Object.entries({ [path]: source, ...files })) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-svc-layers-'));
  for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
    await cp(join(ROOT, name), join(folder, name));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const planted of [...FORBIDDEN, ...ALLOWED]) await plant(planted, planted.source);
  found = await lint(folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the linter refuses', () => {
  test.each(FORBIDDEN)('$why ($path)', ({ path, rule }) => {
    expect([...(found.get(path) ?? [])]).toContain(rule);
  });
});

describe('the linter lets through', () => {
  test.each(ALLOWED)('$why ($path)', ({ path, rule }) => {
    expect([...(found.get(path) ?? [])]).not.toContain(rule);
  });
});

test('no two planted files share a path, or one would hide the other', () => {
  const paths = [...FORBIDDEN, ...ALLOWED].map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
});
