import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { validatorOf, type SchemaObject } from '../support/json-schema.ts';
import { testService, type TestService } from '../support/service.ts';

let service: TestService;
let folder: string;
beforeAll(async () => {
  service = await testService({ NODES: 'simulated://a,simulated://b' });
  folder = join(service.shell.home, 'files');
  await mkdir(folder);
});
afterAll(() => service[Symbol.asyncDispose]());

/** Each offered line counts: its `#` is gone. */
const withEverything = (text: string): string => text.replaceAll(/^( *)#(?! )/gm, '$1');

const CASES = [
  ['nothing said', 'shop', []],
  [
    'a folder whose name is no id',
    "It's a fine dir!",
    ['--image', 'registry.example:5000/team/web:1.2@sha256:abc', '--port', '3000'],
  ],
] as const;

describe.each(CASES)('%s', (_, name, options) => {
  test('what is written is saved unchanged, comes up, and is what an editor would accept', async () => {
    const at = join(folder, name);
    const out = await service.oo('init', at, ...options);
    const [definition, deployment] = [join(at, 'definition.yaml'), join(at, 'deployment.yaml')];
    expect(out.split('\n').slice(0, 2)).toEqual([`wrote ${definition}`, `wrote ${deployment}`]);
    expect(out).toContain('next: oo definition save ');
    for (const kind of ['definition', 'deployment']) {
      const text = await readFile(join(at, `${kind}.yaml`), 'utf8');
      expect(text.split('\n', 1)).toEqual([`# yaml-language-server: $schema=${service.url}/schemas/${kind}.json`]);
      const schema = (await (await fetch(`${service.url}/schemas/${kind}.json`)).json()) as SchemaObject;
      for (const each of [text, withEverything(text)]) expect(validatorOf(schema)(parse(each))).toEqual([]);
    }
    await service.oo('definition', 'save', definition);
    const saved = JSON.parse(await service.oo('deployment', 'save', deployment, '--wait', '-o', 'json')) as object;
    expect(saved).toMatchObject({ outcome: 'ok' });
  });

  test('what is offered in comments is accepted too', async () => {
    for (const kind of ['definition', 'deployment']) {
      const text = await readFile(join(folder, name, `${kind}.yaml`), 'utf8');
      const lines = withEverything(text);
      expect(lines.split('\n').length).toBe(text.split('\n').length);
      expect(lines).not.toBe(text);
      const path = join(folder, `whole-${name}-${kind}.yaml`);
      await writeFile(path, lines);
      await service.oo(kind, 'save', path, ...(kind === 'deployment' ? ['--detach'] : []));
    }
  });
});

test('a repository', async () => {
  const at = join(folder, 'repo');
  await service.oo('init', at, '--repository', 'https://example.com/user/repo.git');
  await service.oo('definition', 'save', join(at, 'definition.yaml'));
  const listed = JSON.parse(await service.oo('definition', 'list', '-o', 'json')) as readonly object[];
  expect(listed).toContainEqual({
    id: 'def_repo',
    repository: { url: 'https://example.com/user/repo.git', internalPorts: [8080] },
  });
});

test('a file that exists is named and left alone, and the other one is not written', async () => {
  const at = join(folder, 'mine');
  await mkdir(at);
  await writeFile(join(at, 'deployment.yaml'), 'mine');
  const ran = await service.tryOo('init', at);
  expect(ran).toMatchObject({ code: 5, stdout: '' });
  expect(ran.stderr).toContain(`${join(at, 'deployment.yaml')} exists already; nothing was written\n  next: oo init `);
  expect(await readdir(at)).toEqual(['deployment.yaml']);
  expect(await readFile(join(at, 'deployment.yaml'), 'utf8')).toBe('mine');
});

test.each([
  [['--image', 'a b'], '--image: image.name "a b" is no image reference'],
  [['--repository=-oProxyCommand=x'], '--repository: repository.url'],
  [['--name', 'no/slash'], '--name: id "def_no/slash'],
  [['--name', 'x'.repeat(64)], '--name: id'],
  [['--image', 'a', '--repository', 'b'], 'cannot be used with'],
  [['--port', '0'], 'It is a number from 1 to 65535.'],
])('%j is refused, and nothing is written', async (options, message) => {
  const at = join(folder, 'bad');
  const ran = await service.tryOo('init', at, ...options);
  expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  await expect(readdir(at)).rejects.toThrow('ENOENT');
});
