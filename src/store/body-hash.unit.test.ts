import { createHash } from 'node:crypto';

import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { bodyHash } from './body-hash.ts';

const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed());
const body = fc.record(
  {
    actor: text,
    at: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9000-01-01') }),
    causationId: text,
    correlationId: text,
    data: fc.dictionary(text, fc.jsonValue()),
    id: fc.uuid(),
    schemaVersion: fc.nat(),
    stream: text,
    type: text,
    version: fc.nat(),
  },
  { requiredKeys: ['actor', 'at', 'correlationId', 'data', 'id', 'schemaVersion', 'stream', 'type', 'version'] },
);

test('the hash is that of the canonical JSON of the whole body, whatever it holds', () => {
  fc.assert(
    fc.property(body, (event) => {
      const whole = canonicalize({ ...event, at: event.at.toISOString() }) ?? '';
      expect(bodyHash(event)).toEqual(createHash('sha256').update(whole).digest());
    }),
  );
});
