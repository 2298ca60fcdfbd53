import { expect, test } from 'vitest';

import { Attempts } from './attempts.ts';

test('the sixth try in a minute waits until the first is a minute old', () => {
  let now = 0;
  const attempts = new Attempts(5, () => now);
  for (let index = 0; index < 5; index += 1) {
    attempts.take('a');
    now += 1_000;
  }
  expect(() => attempts.take('a')).toThrow(expect.objectContaining({ status: 429, retryAfterSeconds: 55 }));
  attempts.take('b');
  now = 59_999;
  expect(() => attempts.take('a')).toThrow('too many tries');
  now = 60_000;
  attempts.take('a');
  expect(() => attempts.take('a')).toThrow('too many tries');
});

test('a try that is given back does not count', () => {
  const attempts = new Attempts(1, () => 0);
  attempts.take('a')();
  const giveBack = attempts.take('a');
  expect(() => attempts.take('a')).toThrow('too many tries');
  giveBack();
  giveBack();
  attempts.take('a');
});

test('the least recent keys are forgotten, so that memory has a bound', () => {
  const attempts = new Attempts(1, () => 0);
  for (let index = 0; index <= 10_000; index += 1) attempts.take(`key ${index}`);
  attempts.take('key 0');
  expect(() => attempts.take('key 10000')).toThrow('too many tries');
});
