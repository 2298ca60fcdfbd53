import fc from 'fast-check';
import { expect, test } from 'vitest';

import { shorten } from './details.ts';

test('75 bytes stay whole, 76 are cut', () => {
  expect(shorten('x'.repeat(75))).toBe('x'.repeat(75));
  expect(shorten('x'.repeat(76))).toBe(`${'x'.repeat(75)}…`);
});

test('spaces, full stops and commas go from both ends of what is cut', () => {
  expect(shorten(` ,${'x'.repeat(70)}., y${'z'.repeat(20)}`)).toBe(`${'x'.repeat(70)}…`);
});

test('a character that the cut would split is left out', () => {
  expect(shorten(`${'x'.repeat(74)}éé`)).toBe(`${'x'.repeat(74)}…`);
});

test('never longer than 75 bytes and the ellipsis, and never half a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (details) => {
      const short = shorten(details);
      expect(Buffer.byteLength(short)).toBeLessThanOrEqual(78);
      expect(short).not.toContain('\ufffd');
    }),
  );
});
