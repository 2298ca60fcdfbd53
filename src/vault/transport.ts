import { createDecipheriv } from 'node:crypto';

import { InvalidInput } from '../domain/problem.ts';
import type { KeyRing } from './key-ring.ts';
import { seal, SealBroken, unseal } from './seal.ts';

/** Before what this release seals for clients; without it a text is of the older form. */
const PREFIX = 'v1:';
const PLACE = 'transport';
const BLOCK = 16;

/** Seals a value for a client to keep in a file. It opens under no stored secret's key, nor the other way round. */
export function sealForTransport({ current }: KeyRing, value: string): string {
  return PREFIX + seal(current.transport, Buffer.from(value), PLACE).toString('base64');
}

/**
 * Opens what `sealForTransport` sealed, with any key that is known, or the contract's older form: AES-256-CBC under the
 * master key itself, base64 of the initialisation vector and the ciphertext. Throws InvalidInput.
 */
export function openFromTransport({ known }: KeyRing, sealed: string): string {
  for (const key of known.values()) {
    const value = sealed.startsWith(PREFIX)
      ? openSealed(key.transport, sealed.slice(PREFIX.length))
      : openOlder(key.raw, sealed);
    if (value !== undefined) return value;
  }
  throw new InvalidInput([
    {
      field: 'value',
      message: 'cannot be decrypted: it was sealed with another key, or is damaged',
      hint: 'oo secret encrypt NAME VALUE seals it with the key of this server',
    },
  ]);
}

function openSealed(key: Buffer, text: string): string | undefined {
  try {
    return unseal(key, Buffer.from(text, 'base64'), PLACE).toString();
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    return undefined;
  }
}

/** Nothing authenticates the older form: what opens to no text was made with another key. */
function openOlder(key: Buffer, text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < 2 * BLOCK || bytes.length % BLOCK !== 0) return undefined;
  try {
    const cipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, BLOCK));
    const plain = Buffer.concat([cipher.update(bytes.subarray(BLOCK)), cipher.final()]);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
  } catch (error) {
    const broken = error instanceof TypeError || (error instanceof Error && 'code' in error);
    if (!broken) throw error;
    return undefined;
  }
}
