import { expect, test } from 'vitest';

import { GROUPS } from '../groups.ts';
import { createProgram } from '../program.ts';
import { sourceOf } from './sources.ts';
import { type Place, walk } from './walk.ts';

async function after(line: string): Promise<Place> {
  const program = createProgram();
  const words = line.split(' ').filter((word) => word !== '');
  return walk(program, words, async (command) => {
    if (command.parent === program) await GROUPS.find(({ name }) => name === command.name())?.load(command);
  });
}

test.each<[string, readonly string[], string | undefined]>([
  ['', [], undefined],
  ['depl', ['deployment'], undefined],
  ['depl ls', ['deployment', 'list'], undefined],
  ['-e prod deployments get', ['deployment', 'get'], 'id'],
  ['deployment get depl_x', ['deployment', 'get'], undefined],
  ['deployment scale depl_x', ['deployment', 'scale'], 'replicas'],
  ['deployment save a.yaml b.yaml', ['deployment', 'save'], 'files'],
  ['deployment restart --now', ['deployment', 'restart'], 'id'],
  ['deployment watch --timeout 5m', ['deployment', 'watch'], 'id'],
  ['deployment watch --timeout=5m', ['deployment', 'watch'], 'id'],
  ['nonsense list', [], undefined],
])('behind "%s" stands command %j, argument %s', async (line, path, argument) => {
  const place = await after(line);
  expect(place.path).toEqual(path);
  expect(place.argument?.name()).toBe(argument);
});

test('the value of an option is waited for, also of a global one behind the command', async () => {
  expect((await after('depl ls -o')).awaiting?.long).toBe('--output');
  expect((await after('depl ls -e')).awaiting?.long).toBe('--env');
  expect((await after('depl ls --output=json')).awaiting).toBeUndefined();
  expect((await after('depl ls --watch')).awaiting).toBeUndefined();
});

test('which server is asked is what the words say', async () => {
  expect(await after('-e prod depl get')).toMatchObject({ env: 'prod', appHost: undefined });
  expect(await after('depl get -e prod -a shop')).toMatchObject({ env: 'prod', appHost: 'shop' });
});

test('ids are proposed for what exists, and not for what is made', () => {
  for (const [command, name] of [
    ['deployment get', 'id'],
    ['node drain', 'node'],
    ['node remove', 'url'],
    ['secret remove', 'names'],
    ['env select', 'name'],
    ['events', '--of'],
    ['secret copy', '--from'],
  ] as const) {
    expect(sourceOf(command, name), `${command} ${name}`).toBeDefined();
  }
  for (const [command, name] of [
    ['node add', 'url'],
    ['env add', 'name'],
    ['login', 'slug'],
    ['deployment scale', 'replicas'],
  ] as const) {
    expect(sourceOf(command, name), `${command} ${name}`).toBeUndefined();
  }
});
