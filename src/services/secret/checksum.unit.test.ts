import { expect, test } from 'vitest';

import { blake2b } from './blake2b.ts';
import { checksumOf } from './checksum.ts';

test.each([
  ['', 'cbf43926'],
  ['CRC32', 'cbf43926'],
  ['SHA-256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  [
    'SHA-512',
    'd9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274ad27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85',
  ],
] as const)('%s of "123456789"', (algorithm, expected) => {
  expect(checksumOf(algorithm, '123456789')).toBe(expected);
});

test('what is called BLAKE2s is BLAKE2b of 32 bytes', () => {
  expect(checksumOf('BLAKE2s', 'abc')).toBe('bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319');
});

test('BLAKE2b gives the vector of RFC 7693, appendix A, and those of empty and of long texts', () => {
  expect(blake2b('abc', 64)).toBe(
    'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
  );
  expect(blake2b('', 32)).toBe('0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8');
  expect(blake2b('a'.repeat(128), 32)).toBe(LONG.a128);
  expect(blake2b('a'.repeat(300), 32)).toBe(LONG.a300);
});

/** From Python's hashlib. */
const LONG = {
  a128: 'ae2aa48507885c4c950fb809b2076f959cde9f8ea6da260d9a3587df33dac450',
  a300: '3c1292de00a518e36823f9ff908ac2da46be38718c018713403461df077e15f6',
};
