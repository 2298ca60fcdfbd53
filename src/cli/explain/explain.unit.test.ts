import { describe, expect, test } from 'vitest';

import { explanationOf } from './describe.ts';
import { fieldsOf, findField, KINDS, rootOf } from './field.ts';
import { explanationText } from './text.ts';

const explained = (path: string): ReturnType<typeof explanationOf> => {
  const field = findField(path);
  if ('unknown' in field) throw new Error(`${path} was not found`);
  return explanationOf(field);
};

test('a number: what it is for, what it counts, its bounds, what it is by default', () => {
  expect(explained('deployment.strategy.progressDeadlineSeconds')).toEqual({
    path: 'deployment.strategy.progressDeadlineSeconds',
    description: 'The rollout has failed when no further replica became ready for so long.',
    type: 'integer',
    unit: 'seconds',
    required: false,
    default: 600,
    minimum: 1,
    maximum: 604_800,
    examples: [120],
  });
});

test('words, objects, lists, texts by name and fields that exclude each other', () => {
  expect(explained('deployment.strategy.type')).toMatchObject({
    type: 'one word',
    enum: ['RollingUpdate', 'Recreate', 'BlueGreen', 'Canary'],
  });
  expect(explained('config.patch.op')).toMatchObject({ enum: ['remove'] });
  expect(explained('definition.probes.live')).toMatchObject({ type: 'object', exactlyOneOf: ['http', 'tcp', 'exec'] });
  expect(explained('definition')).toMatchObject({ exactlyOneOf: ['image', 'repository'] });
  expect(explained('deployment.targetRegions')).toMatchObject({ type: 'list of object' });
  expect(explained('secret.readers')).toMatchObject({ type: 'list of text' });
  expect(explained('deployment.envars')).toMatchObject({ type: 'text by name' });
  expect(explained('config.data')).toMatchObject({ type: 'any object' });
  expect(explained('definition.image.name')).toMatchObject({ required: true, pattern: String.raw`^\S+$` });
});

test.each([
  ['depl', 'deployment'],
  ['definitions.image', 'definition.image'],
  ['deployment.targetRegions[].zone', 'deployment.targetRegions.zone'],
  ['deployment.targetRegions[0].zone', 'deployment.targetRegions.zone'],
  ['deployment.envars.MY_VAR', 'deployment.envars.MY_VAR'],
  ['co.branch', 'config.branch'],
])('%s means %s', (written, path) => {
  expect(explained(written).path).toBe(path);
});

test('each field of each kind is found under the path that it is listed with', () => {
  const all = KINDS.flatMap((kind) => below(rootOf(kind)));
  expect(all.length).toBeGreaterThan(100);
  for (const path of all) expect(explained(path)).toMatchObject({ path });
});

function below(field: ReturnType<typeof rootOf>): readonly string[] {
  return [field.path, ...fieldsOf(field).flatMap(below)];
}

describe('a path that leads nowhere', () => {
  test.each([
    ['deployment.stratgy', 'deployment', 'stratgy', 'deployment.strategy'],
    ['deployment.strategy.maxsurge', 'deployment.strategy', 'maxsurge', 'deployment.strategy.maxSurge'],
    ['deployment.maxSurge', 'deployment', 'maxSurge', 'deployment.strategy.maxSurge'],
    ['maxSurge', '', 'maxSurge', 'deployment.strategy.maxSurge'],
    ['deploymnt', '', 'deploymnt', 'deployment'],
    ['definition.hostPort', 'definition', 'hostPort', undefined],
    ['deployment.replicas.x', 'deployment.replicas', 'x', undefined],
    ['deployment.envars.', 'deployment.envars', '', undefined],
    ['', '', '', undefined],
    ['deployment.__proto__', 'deployment', '__proto__', undefined],
    ['worker', '', 'worker', undefined],
  ])('%j: known as far as %j, not %j; meant is %j', (path, known, unknown, meant) => {
    const missing = findField(path);
    expect(missing).toMatchObject({ known, unknown });
    expect('unknown' in missing ? missing.meant : path).toBe(meant);
  });
});

test('as text', async () => {
  expect(await explanationText(explained('deployment.strategy.maxUnavailable')))
    .toBe(`deployment.strategy.maxUnavailable

  How many of the replicas may be missing during a rollout. Absent: a quarter of them, rounded down.

  type        integer, 0 to 10000 (replicas)
  required    no

Example:
  maxUnavailable: 0
`);
  expect(await explanationText(explained('definition.image'))).toBe(`definition.image

  An image that exists.

  type        object
  required    no

  FIELD           TYPE                         DESCRIPTION
  name            text              required   The image, with registry and tag where they matter.
  internalPorts   list of integer              The ports that the container listens on, the main one first. Absent: those of ports.
`);
});
