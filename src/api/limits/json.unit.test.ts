import { expect, test } from 'vitest';

import { limitJson } from './json.ts';

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

test('64 levels are taken and 65 are not, nor 100 000, without a deep stack', () => {
  limitJson(nested(64));
  for (const levels of [65, 100_000]) {
    expect(() => limitJson(nested(levels))).toThrow('is nested more than 64 levels deep');
  }
});

test('a list or an object that is too long is named with its length', () => {
  const list = Array.from({ length: 10_001 }, () => 0);
  limitJson({ ids: list.slice(1) });
  expect(() => limitJson({ a: [{ ids: list }] })).toThrow('a.0.ids: has 10001 elements; at most 10000 are taken');
  const object = Object.fromEntries(list.map((_, index) => [`k${index}`, 0]));
  expect(() => limitJson(object)).toThrow('has 10001 keys; at most 10000 are taken');
});

test('so many values in all', () => {
  const row = Array.from({ length: 9_998 }, () => 0);
  limitJson(Array.from({ length: 10 }, () => row));
  expect(() => limitJson(Array.from({ length: 11 }, () => row))).toThrow(
    expect.objectContaining({ status: 413, message: 'the body has more than 100000 values' }),
  );
});

test.each([[null], ['text'], [1], [true]])('%j has nothing to limit', (value) => {
  expect(limitJson(value)).toBeUndefined();
});
