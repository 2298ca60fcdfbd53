import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';

import { EXIT } from '../../src/cli/exit-codes.ts';
import { everyCommand, helpOf, titleOf } from './support/commands.ts';
import { openShell } from './support/oo.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const COMMANDS = await everyCommand();

describe.each(COMMANDS.map((command) => [titleOf(command), command] as const))('%s', (_, command) => {
  test('has a description, an example of itself, and the options of every command', () => {
    const help = helpOf(command);
    expect(command.description()).not.toBe('');
    const words = [command, ...(command.parent?.parent ? [command.parent] : [])].toReversed();
    const called = words.map((one) => `(${[one.name(), ...one.aliases()].join('|')})`).join(' ');
    // Global options may stand before it, and another program before or around it.
    expect(help).toMatch(new RegExp(`^  \\$ .*\\boo (-\\S+ \\S+ )*${called}\\b`, 'm'));
    expect(help).toContain('-e, --env <name>');
    expect(help).toContain('-a, --app-host <host>');
  });

  test('does not take -e, -a, -h or -V for something else', () => {
    const taken = command.options.map(({ short }) => short).filter((short) => /^-[eahV]$/.test(short ?? ''));
    expect(taken).toEqual([]);
  });
});

test.each(
  COMMANDS.filter((command) => command.name() === 'list').map((command) => [titleOf(command), command] as const),
)('%s has every option of a list', (_, command) => {
  const flags = command.options.map(({ long }) => long);
  expect(flags).toEqual(
    expect.arrayContaining(['--output', '--columns', '--sort', '--filter', '--no-headers', '--watch']),
  );
  expect(helpOf(command)).toMatch(/^Columns: /m);
});

test('oo help: of all, of a command by any of its names, of a topic; and what was meant by another', async () => {
  await using shell = await openShell();
  const all = await shell.oo(['--help']);
  expect(all).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('$ oo deployment save') });
  expect(await shell.oo(['help'])).toEqual(all);
  expect(await shell.oo(['help', 'depl', 'ls'])).toEqual(await shell.oo(['deployment', 'list', '--help']));
  expect(await shell.oo(['help', 'get'])).toMatchObject({ code: 0, stdout: expect.stringContaining('$ oo get /') });
  const codes = await shell.oo(['help', 'exit-codes']);
  for (const code of Object.values(EXIT)) expect(codes.stdout).toMatch(new RegExp(`^  ${code} `, 'm'));
  expect((await shell.oo(['help', 'environment'])).stdout).toContain('NO_COLOR');
  expect(await shell.oo(['help', 'exit-code'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean exit-codes?'),
  });
});

test.each([
  [['deploymet', 'list'], 'Did you mean deployment?'],
  [['depl', 'lisst'], 'Did you mean list?'],
  [['depl', 'ls', '--wach'], 'Did you mean --watch?'],
])('oo %s: %s', async (args, meant) => {
  await using shell = await openShell();
  expect(await shell.oo(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(meant) });
});

test('the version is that of package.json', async () => {
  await using shell = await openShell();
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  for (const flag of ['--version', '-V'])
    expect(await shell.oo([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('the environment may be named before and behind the command', async () => {
  await using shell = await openShell();
  for (const args of [
    ['-e', 'nowhere', 'depl', 'ls'],
    ['depl', 'ls', '-e', 'nowhere'],
    ['get', '/x', '-e', 'nowhere'],
  ]) {
    expect(await shell.oo(args)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('no environment "nowhere"'),
    });
  }
});

/** What a command loads decides how soon it answers; this holds on any machine, as milliseconds do not. */
async function loadedBy(args: readonly string[]): Promise<{ packages: readonly string[]; own: readonly string[] }> {
  const dir = await mkdtemp(join(tmpdir(), 'oo-loaded-'));
  try {
    const list = join(dir, 'loaded');
    const recorder = join(import.meta.dirname, 'support/record-loaded.ts');
    const env = { ...process.env, HOME: dir, LOADED_LIST: list };
    await promisify(execFile)(process.execPath, ['--import', recorder, join(ROOT, 'src/cli/main.ts'), ...args], {
      env,
    });
    const urls = (await readFile(list, 'utf8')).trimEnd().split('\n');
    const packages = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
    const own = urls
      .filter((url) => !url.includes('/node_modules/'))
      .flatMap((url) => /\/(src\/.*)$/.exec(url)?.[1] ?? []);
    return { packages: [...new Set(packages)].toSorted(), own };
  } finally {
    await rm(dir, { recursive: true });
  }
}

test('oo --help loads commander and a dozen small files: no schemas, no YAML, no commands', async () => {
  const { packages, own } = await loadedBy(['--help']);
  expect(packages).toEqual(['commander']);
  expect(own.filter((file) => !file.startsWith('src/cli/'))).toEqual([]);
  expect(own.filter((file) => file.startsWith('src/cli/commands/'))).toEqual([]);
  expect(own.length).toBeGreaterThan(4);
  expect(own.length).toBeLessThanOrEqual(12);
});

test('a list and the help of a group load no schema, no completion and no tables of widths', async () => {
  const names = (await loadedBy(['env', 'list'])).packages;
  expect(names).toEqual(['commander']);
  expect((await loadedBy(['deployment', 'list', '--help'])).packages).toEqual(['commander']);
});
