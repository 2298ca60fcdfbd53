import { expect, test } from 'vitest';

import { parseDefinition } from '../definition/parse.ts';
import { parseDeployment } from '../deployment/parse.ts';
import { InvalidInput } from '../problem.ts';

const deployment = (strategy: object): unknown => parseDeployment({ definitionId: 'x', strategy }, 'd').strategy;
const definition = (strategy: object): unknown =>
  parseDefinition({ id: 'x', image: { name: 'web:1', internalPorts: [80] }, strategy }).strategy;

test('both times are kept as they are written, in a deployment and in a definition', () => {
  expect(deployment({ drainSeconds: 30, graceSeconds: 0 })).toMatchObject({ drainSeconds: 30, graceSeconds: 0 });
  expect(definition({ drainSeconds: 0, graceSeconds: 240 })).toEqual({ drainSeconds: 0, graceSeconds: 240 });
  expect(definition({})).toEqual({});
});

test.each([deployment, definition])('what is out of bounds is refused with the bounds: %#', (parse) => {
  const refused = (strategy: object): readonly unknown[] => {
    try {
      return [parse(strategy)];
    } catch (error) {
      return error instanceof InvalidInput
        ? error.problems.map(({ field, message }) => `${field} ${message}`)
        : [error];
    }
  };
  expect(refused({ drainSeconds: 3_601 })).toEqual([expect.stringMatching(/^strategy\.drainSeconds .*3600.*3601/)]);
  expect(refused({ graceSeconds: '5m' })).toEqual([expect.stringMatching(/^strategy\.graceSeconds .*5m/)]);
});
