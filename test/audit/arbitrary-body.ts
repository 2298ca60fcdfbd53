import fc from 'fast-check';

import type { HashedBody } from '../../src/domain/audit/body-hash.ts';

/** Any body of an event, of these texts and these data, at any time that has four digits for its year. */
export function anyBody(text: fc.Arbitrary<string>, data: fc.Arbitrary<HashedBody['data']>): fc.Arbitrary<HashedBody> {
  return fc.record(
    {
      actor: text,
      at: fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') }),
      causationId: text,
      correlationId: text,
      data,
      id: fc.uuid(),
      schemaVersion: fc.nat(),
      stream: text,
      type: text,
      version: fc.nat(),
    },
    { requiredKeys: ['actor', 'at', 'correlationId', 'data', 'id', 'schemaVersion', 'stream', 'type', 'version'] },
  );
}
