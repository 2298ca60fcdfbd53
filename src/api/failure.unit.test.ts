import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Conflict, InvalidInput, NotFound } from '../domain/problem.ts';
import { Refusal } from '../services/refusal.ts';
import { InvariantViolated, StoreUnavailable, VersionConflict } from '../store/command.ts';
import { failureOf, reasonPhrase } from './failure.ts';

test.each<[Error, number]>([
  [new InvalidInput([{ field: 'a', message: 'is wrong' }]), 400],
  [new NotFound('x'), 404],
  [new Conflict('x'), 409],
  [new VersionConflict('deployment/a', 1, 2), 409],
  [new InvariantViolated('x'), 409],
  [new Refusal(429, 'x', 7), 429],
  [new StoreUnavailable('x'), 503],
  [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 503],
  [Object.assign(new Error('too large'), { status: 413 }), 413],
  [new URIError('x'), 400],
])('%s', (error, status) => {
  expect(failureOf(error).status).toBe(status);
});

test('what broke in the server is told to nobody', () => {
  for (const error of [
    new Error('password is hunter2'),
    Object.assign(new Error('hunter2'), { status: 500 }),
    'hunter2',
    undefined,
  ]) {
    expect(failureOf(error)).toEqual({ status: 500, message: 'Internal Server Error' });
  }
});

test('a reason phrase is one line of ASCII that HTTP can carry', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (message) => {
      expect(reasonPhrase(message)).toMatch(/^[\x20-\x7e]{0,200}$/);
    }),
  );
});
