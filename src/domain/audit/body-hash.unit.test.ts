import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { anyBody } from '../../../test/audit/arbitrary-body.ts';
import { bodyHash, chainLink } from './body-hash.ts';

const BODY =
  '{"actor":"user/ann","at":"2030-01-02T03:04:05.006Z","causationId":"e0","correlationId":"c1",' +
  '"data":{"a":[1,0.1,1e+21],"z":{"é":"ü\\n","€":null}},"id":"e1","schemaVersion":2,"stream":"test/a","type":"Test","version":3}';

const event = {
  type: 'Test',
  data: { z: { '€': null, é: 'ü\n' }, a: [1, 0.1, 1e21] },
  id: 'e1',
  stream: 'test/a',
  version: 3,
  schemaVersion: 2,
  actor: 'user/ann',
  correlationId: 'c1',
  causationId: 'e0',
  at: new Date('2030-01-02T03:04:05.006Z'),
};

test('a body is hashed in its canonical form: keys in order, to the millisecond', () => {
  expect(bodyHash(event)).toEqual(createHash('sha256').update(BODY).digest());
});

test('every part of a body counts', () => {
  const changes = [
    { type: 'Other' },
    { data: {} },
    { id: 'e2' },
    { stream: 'test/b' },
    { version: 4 },
    { schemaVersion: 1 },
    { actor: 'user/bob' },
    { correlationId: 'c2' },
    { causationId: undefined },
    { at: new Date('2030-01-02T03:04:05.007Z') },
  ];
  const hashes = changes.map((change) => bodyHash({ ...event, ...change }).toString('hex'));
  expect(new Set([...hashes, bodyHash(event).toString('hex')]).size).toBe(changes.length + 1);
});

test('a link covers the one before, the position and the body', () => {
  const [previous, body] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const link = chainLink(previous, 258, body);
  const place = Buffer.from([0, 0, 0, 0, 0, 0, 1, 2]);
  expect(link).toEqual(
    createHash('sha256')
      .update(Buffer.concat([previous, place, body]))
      .digest(),
  );
});

const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed());
test('the hash is that of the canonical JSON of the whole body, whatever it holds', () => {
  fc.assert(
    fc.property(anyBody(text, fc.dictionary(text, fc.jsonValue())), (some) => {
      const whole = canonicalize({ ...some, at: some.at.toISOString() }) ?? '';
      expect(bodyHash(some)).toEqual(createHash('sha256').update(whole).digest());
    }),
  );
});
