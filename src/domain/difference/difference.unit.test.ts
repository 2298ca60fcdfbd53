import { expect, test } from 'vitest';

import { differenceOf } from './difference.ts';
import type { DifferenceKind } from './faces.ts';

const replica = (more: object): object => ({
  deploymentId: 'web',
  nodeId: 'node_a',
  revision: 1,
  generation: 1,
  status: 'Ready',
  ...more,
});
const deployment = (spec: object, more: object = {}): object => ({
  phase: 'live',
  status: 'OK',
  revision: 1,
  template: { image: 'web:1' },
  spec: { id: 'web', definitionId: 'def', replicas: 2, ...spec },
  ...more,
});
const node = (more: object): object => ({
  removed: false,
  url: 'unix:///a',
  cluster: 'c',
  zone: '',
  labels: {},
  capacity: { cpuMillis: 2_000, memoryBytes: 2 ** 30, gpus: [] },
  scheduling: 'open',
  liveness: 'ready',
  ...more,
});
const secret = (more: object): object => ({ removed: false, version: 1, fingerprint: 'f1', access: {}, ...more });

test.each<[string, DifferenceKind, unknown, unknown, readonly string[]]>([
  [
    'a replica that moved',
    'replica',
    replica({}),
    replica({ nodeId: 'node_b', generation: 2 }),
    ['moved node_a -> node_b', 'generation 1 -> 2'],
  ],
  [
    'one that was started again in its place',
    'replica',
    replica({}),
    replica({ generation: 3, status: 'Running' }),
    ['restarted: generation 1 -> 3', 'status Ready -> Running'],
  ],
  [
    'quantities',
    'deployment',
    deployment({ resources: { cpu: '500m' } }),
    deployment({ resources: { cpu: '1' } }, { template: { image: 'web:2' } }),
    ['image web:1 -> web:2', 'CPU 500m -> 1 (+100 %)'],
  ],
  [
    'what an autoscaler did',
    'deployment',
    deployment({ autoScaling: { minReplicas: 1, maxReplicas: 9 } }),
    deployment({ autoScaling: { minReplicas: 1, maxReplicas: 9 } }, { scaled: { replicas: 5 } }),
    ['wanted added: 5'],
  ],
  ['a node that is lost', 'node', node({}), node({ liveness: 'lost' }), ['liveness ready -> lost']],
  [
    'a larger node',
    'node',
    node({}),
    node({ capacity: { cpuMillis: 4_000, memoryBytes: 2 ** 30, gpus: [] } }),
    ['CPU 2 -> 4 (+100 %)'],
  ],
  ['a new value of a secret', 'secret', secret({}), secret({ version: 2, fingerprint: 'f2' }), ['version 1 -> 2']],
])('%s', (_, kind, before, after, text) => {
  expect(differenceOf(kind, { id: 'x', before, after })?.text).toEqual(text);
});

test('neither the value of a config nor the fingerprint of a secret is told', () => {
  const config = { data: { password: 'hunter2' }, saves: 1 };
  const told = [
    differenceOf('config', { id: 'c', before: undefined, after: config }),
    differenceOf('secret', { id: 's', before: undefined, after: secret({ fingerprint: 'abcdef' }) }),
  ];
  expect(JSON.stringify(told)).not.toMatch(/hunter2|abcdef/);
  expect(told.map((one) => one?.fields.map(({ field }) => field))).toEqual([['version'], ['version']]);
});

test('what a deletion leaves behind is not there; what comes back was added', () => {
  const gone = { id: 'def', deleted: true, spec: { id: 'def', image: { name: 'web:1', internalPorts: [] } } };
  const there = { ...gone, deleted: false };
  expect(differenceOf('definition', { id: 'def', before: there, after: gone })?.change).toBe('removed');
  expect(differenceOf('definition', { id: 'def', before: gone, after: there })?.change).toBe('added');
  expect(differenceOf('definition', { id: 'def', before: gone, after: gone })).toBeUndefined();
});

test('bookkeeping is no difference', () => {
  const before = deployment({}, { saves: 1, details: '1/2 ready' });
  expect(
    differenceOf('deployment', { id: 'web', before, after: deployment({}, { saves: 2, details: '' }) }),
  ).toBeUndefined();
});
