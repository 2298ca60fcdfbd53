import fc from 'fast-check';
import { createCipheriv } from 'node:crypto';
import { expect, test } from 'vitest';

import { DEFAULT_KEY, keyRing } from './key-ring.ts';
import { openEnvelope, rewrapKey, seal, SealBroken, sealEnvelope, unseal } from './seal.ts';
import { openFromTransport, sealForTransport } from './transport.ts';

const KEY = Buffer.alloc(32, 7);
const OTHER = Buffer.alloc(32, 8);

test('what is sealed opens with its key at its place, and with one bit changed nowhere', () => {
  const value = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(value, fc.string(), fc.nat(), (plain, place, where) => {
      const sealed = seal(KEY, plain, place);
      expect(unseal(KEY, sealed, place)).toEqual(plain);
      expect(() => unseal(OTHER, sealed, place)).toThrow(SealBroken);
      expect(() => unseal(KEY, sealed, `${place}x`)).toThrow(SealBroken);
      const bit = where % (sealed.length * 8);
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => unseal(KEY, changed, place)).toThrow(SealBroken);
    }),
    { numRuns: 300 },
  );
});

test('an envelope is another one each time, opens nowhere else, and its key can be sealed anew', () => {
  const plain = Buffer.from('S3cr3t');
  const [one, two] = [sealEnvelope(KEY, plain, 'a'), sealEnvelope(KEY, plain, 'a')];
  expect(one.sealed.equals(two.sealed)).toBe(false);
  expect(() => openEnvelope(KEY, one, 'b')).toThrow(SealBroken);
  // A value under another one's key.
  expect(() => openEnvelope(KEY, { ...one, sealedKey: two.sealedKey }, 'a')).toThrow(SealBroken);
  const moved = { ...one, sealedKey: rewrapKey(KEY, OTHER, one.sealedKey, 'a') };
  expect(openEnvelope(OTHER, moved, 'a')).toEqual(plain);
  expect(() => openEnvelope(KEY, moved, 'a')).toThrow(SealBroken);
});

test('for transport: opens with the current and with earlier keys, and with no other', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const text = value.toWellFormed();
      const sealed = sealForTransport(keyRing(KEY), text);
      expect(openFromTransport(keyRing(KEY), sealed)).toBe(text);
      expect(openFromTransport(keyRing(OTHER, [KEY]), sealed)).toBe(text);
      expect(() => openFromTransport(keyRing(OTHER), sealed)).toThrow('cannot be decrypted');
    }),
    { numRuns: 100 },
  );
});

test("for transport: opens the contract's older form, under the key that everybody knows or one's own", () => {
  const vector = 'a37/KUAr4SOYi6Xw9i9T8qo3QCk8WvnzONo47jHAkwk=';
  expect(openFromTransport(keyRing(), vector)).toBe('example');
  expect(openFromTransport(keyRing(KEY), vector)).toBe('example');
  const cipher = createCipheriv('aes-256-cbc', KEY, Buffer.alloc(16, 1));
  const own = Buffer.concat([Buffer.alloc(16, 1), cipher.update('grüezi'), cipher.final()]).toString('base64');
  expect(openFromTransport(keyRing(KEY), own)).toBe('grüezi');
});

test.each(['', 'x', 'v1:', 'v1:AAAA', 'AAAA', Buffer.alloc(48).toString('base64'), '\u00e9'])(
  'for transport: %j is refused',
  (sealed) => {
    expect(() => openFromTransport(keyRing(KEY), sealed)).toThrow('cannot be decrypted');
  },
);

test('what is sealed for transport opens no stored value, nor the other way round', () => {
  const { current } = keyRing(KEY);
  const { sealed } = sealEnvelope(current.wrapping, Buffer.from('x'), 'a');
  expect(() => openFromTransport(keyRing(KEY), `v1:${sealed.toString('base64')}`)).toThrow('cannot be decrypted');
  expect(current.wrapping.equals(current.transport)).toBe(false);
  expect([current.wrapping, current.transport].some((key) => key.equals(KEY))).toBe(false);
});

test('a ring is secure unless its current key is the one that everybody knows', () => {
  expect([keyRing(), keyRing(DEFAULT_KEY, [KEY]), keyRing(KEY)].map(({ isSecure }) => isSecure)).toEqual([
    false,
    false,
    true,
  ]);
});
