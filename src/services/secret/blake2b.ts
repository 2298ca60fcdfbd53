import { blake2b as hash } from '@noble/hashes/blake2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** BLAKE2b (RFC 7693) without key, in hex. Node's OpenSSL has it with 64 bytes only. */
export function blake2b(text: string, bytes: number): string {
  return bytesToHex(hash(utf8ToBytes(text), { dkLen: bytes }));
}
