import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { INITIAL_STATE, withEnvironment, withoutEnvironment, withToken } from './state.ts';
import { loadState, saveState } from './state-file.ts';

let file: string;

beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'oo-state-')), '.1backend', 'cliConfig.yaml');
});

afterEach(async () => {
  await rm(dirname(dirname(file)), { recursive: true });
});

test('without a file there is one environment, on this machine', async () => {
  expect(await loadState(file)).toEqual(INITIAL_STATE);
});

test('environments and tokens come back as they were saved, readable by their owner alone', async () => {
  const state = withToken(withEnvironment(INITIAL_STATE, 'prod', 'https://x', 'real'), 'prod', {
    slug: 'ada',
    appHost: 'unnamed',
    token: 'jwt',
  });
  await saveState(state, file);
  expect(await loadState(file)).toEqual(state);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(dirname(file))).toEqual(['cliConfig.yaml']);
});

test('a file that others could read is closed to them by the next save', async () => {
  await saveState(INITIAL_STATE, file);
  await chmod(file, 0o644);
  await saveState(INITIAL_STATE, file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('reads and writes the keys that other clients of the file use', async () => {
  await saveState(INITIAL_STATE, file);
  await writeFile(
    file,
    [
      'selectedEnvironment: local',
      'environments:',
      '    local:',
      '        url: http://127.0.0.1:11337',
      '        shortName: local',
      '        description: ""',
      '        selectedUser: 1backend',
      '        users:',
      '            1backend:',
      '                slug: 1backend',
      '                selectedAppHost: unnamed',
      '                tokensByAppHost:',
      '                    unnamed: a.b.c',
    ].join('\n'),
  );
  const state = await loadState(file);
  expect(state.environments['local']?.users?.['1backend']?.tokensByAppHost).toEqual({ unnamed: 'a.b.c' });
  await saveState(state, file);
  expect(await readFile(file, 'utf8')).toContain('        tokensByAppHost:\n          unnamed: a.b.c\n');
});

test('a broken file is refused with its name, and left as it is', async () => {
  await saveState(INITIAL_STATE, file);
  await writeFile(file, 'environments: [1');
  await expect(loadState(file)).rejects.toThrow(file);
  expect(await readFile(file, 'utf8')).toBe('environments: [1');
});

test('adding again keeps the users, removing the selected environment selects none', () => {
  const login = { slug: 'ada', appHost: 'unnamed', token: 'jwt' };
  const state = withEnvironment(withToken(INITIAL_STATE, 'local', login), 'local', 'http://other', undefined);
  expect(state.environments['local']).toMatchObject({ url: 'http://other', selectedUser: 'ada' });
  expect(withoutEnvironment(state, 'local')).toEqual({ selectedEnvironment: '', environments: {} });
});
