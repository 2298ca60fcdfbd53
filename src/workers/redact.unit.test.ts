import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { ReplicaFailure } from '../domain/replica/events.ts';
import { redacted } from './redact.ts';

const clean = (line: string, ...values: string[]): string => {
  const failure: ReplicaFailure = { kind: 'exit', message: line, lastLogs: [line], terminal: false };
  const secrets = values.map((value, index) => ({ name: `s${index}`, value }));
  const { message, lastLogs } = redacted(failure, secrets);
  expect(lastLogs).toEqual([message]);
  return message;
};

test.each([
  ['cannot connect to postgres://u:S3cr3t@h', 'S3cr3t', 'cannot connect to postgres://u:{{secret:s0}}@h'],
  ['S3cr3tS3cr3t', 'S3cr3t', '{{secret:s0}}{{secret:s0}}'],
  ['at https://h/?k=p%40ss%2Fword', 'p@ss/word', 'at https://h/?k={{secret:s0}}'],
  ['{"k":"a\\"bcd"}', 'a"bcd', '{"k":"{{secret:s0}}"}'],
  ['  MIIEvQIBADANBg', '-----BEGIN-----\nMIIEvQIBADANBg\n-----END-----', '  {{secret:s0}}'],
  ['a line that was cut off: hunter2-and-m', 'hunter2-and-more', 'a line that was cut off: {{secret:s0}}'],
  ['$& and $1', 'other', '$& and $1'],
  ['production', 'prod', '{{secret:s0}}uction'],
  ['abc', 'abc', 'abc'],
])('%j with %j is told as %j', (line, value, expected) => {
  expect(clean(line, value)).toBe(expected);
});

test('of two values the longer one is replaced first', () => {
  expect(clean('long-secret', 'long', 'long-secret')).toBe('{{secret:s1}}');
});

test('whatever surrounds it, a value of four characters and more is never told', () => {
  const value = fc.stringMatching(/^[a-z0-9@/$]{4,12}$/);
  fc.assert(
    fc.property(value, fc.string(), fc.string(), (secret, before, after) => {
      const name = 's0';
      fc.pre(!`{{secret:${name}}}`.includes(secret));
      expect(clean(before + secret + after, secret).includes(secret)).toBe(false);
    }),
  );
});
