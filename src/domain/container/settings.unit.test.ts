import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseDefinition } from '../definition/parse.ts';
import { parseDeployment } from '../deployment/parse.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import { hostPathProblems } from './host-path.ts';

function problemsOf(parse: () => unknown): readonly Problem[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return [];
}

const deployment = (more: object): unknown => parseDeployment({ id: 'a', definitionId: 'b', ...more }, '');
const fieldsOf = (more: object): readonly string[] => problemsOf(() => deployment(more)).map(({ field }) => field);

const WHOLE = {
  volumes: [
    { source: 'data', target: '/var/lib/data' },
    { source: '/srv/models', target: '/models', readOnly: true },
  ],
  network: { mode: 'host' },
  security: { profile: 'restricted' as const, pidsLimit: 64 },
};

test('deployments and definitions say what surrounds a container', () => {
  expect(deployment(WHOLE)).toMatchObject(WHOLE);
  expect(parseDefinition({ id: 'a', image: { name: 'x', internalPorts: [1] }, ...WHOLE })).toMatchObject(WHOLE);
  expect(deployment({})).toEqual({ id: 'a', definitionId: 'b', replicas: 1 });
});

describe('volumes that are refused', () => {
  test.each([
    [{ target: '/data' }, 'volumes[0].source', 'is required'],
    [{ source: 'data' }, 'volumes[0].target', 'is required'],
    [{ source: 'a', target: '/data' }, 'volumes[0].source', 'neither the name of a volume nor an absolute path'],
    [{ source: 'a/b', target: '/data' }, 'volumes[0].source', 'neither the name of a volume nor an absolute path'],
    [{ source: './data', target: '/data' }, 'volumes[0].source', 'neither the name of a volume nor an absolute path'],
    [{ source: '/srv/../etc', target: '/data' }, 'volumes[0].source', '".."'],
    [{ source: '/srv/./a', target: '/data' }, 'volumes[0].source', '"."'],
    [{ source: '/srv//a', target: '/data' }, 'volumes[0].source', 'empty part'],
    [{ source: '/srv/', target: '/data' }, 'volumes[0].source', 'empty part'],
    [{ source: 'data', target: 'data' }, 'volumes[0].target', 'is not absolute'],
    [{ source: 'data', target: '/a/../b' }, 'volumes[0].target', '".."'],
    [{ source: 'data', target: '/' }, 'volumes[0].target', 'belongs to the system'],
    [{ source: 'data', target: '/proc' }, 'volumes[0].target', 'belongs to the system'],
    [{ source: 'data', target: '/sys/fs' }, 'volumes[0].target', 'belongs to the system'],
    [{ source: 'data', target: '/data', readOnly: 'yes' }, 'volumes[0].readOnly', 'must be true or false'],
  ])('%j', (volume, field, words) => {
    expect(problemsOf(() => deployment({ volumes: [volume] }))).toEqual([
      expect.objectContaining({ field, message: expect.stringContaining(words) }),
    ]);
  });

  test('two at one place', () => {
    const volumes = ['one', 'two'].map((source) => ({ source, target: '/data' }));
    expect(fieldsOf({ volumes })).toEqual(['volumes[1].target']);
  });
});

test.each([
  [{ network: {} }, 'network.mode'],
  [{ network: { mode: 'container:other' } }, 'network.mode'],
  [{ network: { mode: 'a b' } }, 'network.mode'],
  [{ security: { profile: 'privileged' } }, 'security.profile'],
  [{ security: { profile: 'Restricted' } }, 'security.profile'],
  [{ security: { pidsLimit: 0 } }, 'security.pidsLimit'],
  [{ security: { pidsLimit: -1 } }, 'security.pidsLimit'],
  [{ envars: { A: '{{secret:}}' } }, 'envars.A'],
])('%j is refused', (more, field) => {
  expect(fieldsOf(more)).toEqual([field]);
});

test('a definition names the envar whose reference is none', () => {
  const envars = [
    { key: 'A', value: '{{secret:a}}' },
    { key: 'B', value: '{{foo:x}}' },
  ];
  const image = { name: 'x', internalPorts: [1] };
  expect(problemsOf(() => parseDefinition({ id: 'a', image, envars })).map(({ field }) => field)).toEqual([
    'envars[1].value',
  ]);
});

describe('paths of the node', () => {
  const allowed = (source: string, ...prefixes: string[]): boolean =>
    hostPathProblems([{ source, target: '/x' }], prefixes).length === 0;

  test('are refused, with the setting that allows them, unless they are under a listed prefix', () => {
    expect(hostPathProblems([{ source: '/var/run/docker.sock', target: '/x' }], ['/srv'])).toEqual([
      {
        field: 'volumes[0].source',
        message: '/var/run/docker.sock is a path of the node outside of the setting ALLOW_HOST_PATHS, which lists /srv',
        hint: expect.stringContaining('use a named volume'),
      },
    ]);
    expect(allowed('/srv')).toBe(false);
    expect(allowed('/srv', '/srv')).toBe(true);
    expect(allowed('/srv/a/b', '/opt', '/srv')).toBe(true);
    expect(allowed('/srvx', '/srv')).toBe(false);
    expect(allowed('/', '/srv')).toBe(false);
    expect(allowed('/etc', '/')).toBe(true);
    expect(allowed('named')).toBe(true);
  });

  test('that are allowed never leave their prefix', () => {
    const part = fc.constantFrom('a', 'b', '..', '.', '', 'srv');
    const path = fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(path, path, (source, prefix) => {
        const sound = fieldsOf({ volumes: [{ source, target: '/x' }] }).length === 0;
        if (!sound || prefix === '/' || !allowed(source, prefix)) return;
        expect(new URL(`file://${source}`).pathname.startsWith(new URL(`file://${prefix}`).pathname)).toBe(true);
      }),
    );
  });
});
