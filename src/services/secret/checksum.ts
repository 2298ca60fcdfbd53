import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import type { Checksum } from '../../domain/secret/parse.ts';
import { blake2b } from './blake2b.ts';

/** In lower-case hex. What clients call `BLAKE2s` is BLAKE2b of 32 bytes. */
export const checksumOf: Checksum = (algorithm, value) => {
  switch (algorithm) {
    case '':
    case 'CRC32':
      return crc32(value).toString(16).padStart(8, '0');
    case 'BLAKE2s':
      return blake2b(value, 32);
    case 'SHA-256':
    case 'SHA-512':
      return createHash(algorithm.replace('-', '')).update(value).digest('hex');
    default:
      return algorithm satisfies never;
  }
};
