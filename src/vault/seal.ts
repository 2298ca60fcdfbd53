import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** The seal is broken: another key, other additional data, or changed bytes. */
export class SealBroken extends Error {
  constructor() {
    super('the seal does not open: it was made with another key, for another place, or has been changed');
    this.name = 'SealBroken';
  }
}

/** AES-256-GCM (NIST SP 800-38D): random nonce of 12 bytes, tag of 16 bytes, ciphertext. */
export function seal(key: Buffer, plain: Buffer, additionalData: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(additionalData));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

/** Throws SealBroken. */
export function unseal(key: Buffer, sealed: Buffer, additionalData: string): Buffer {
  if (sealed.length < IV_BYTES + TAG_BYTES) throw new SealBroken();
  const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(additionalData));
  cipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([cipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), cipher.final()]);
  } catch {
    // OpenSSL tells no more than this either.
    throw new SealBroken();
  }
}

/** A value sealed with a key of its own, and that key sealed with another. */
export interface Envelope {
  readonly sealedKey: Buffer;
  readonly sealed: Buffer;
}

/** `place`: what the value belongs to; it opens nowhere else. */
export function sealEnvelope(wrapping: Buffer, value: Buffer, place: string): Envelope {
  const dataKey = randomBytes(KEY_BYTES);
  return { sealedKey: seal(wrapping, dataKey, `key of ${place}`), sealed: seal(dataKey, value, `value of ${place}`) };
}

/** Throws SealBroken. */
export function openEnvelope(wrapping: Buffer, { sealedKey, sealed }: Envelope, place: string): Buffer {
  return unseal(unseal(wrapping, sealedKey, `key of ${place}`), sealed, `value of ${place}`);
}

/** The same envelope under another wrapping key; the value itself is not opened. */
export function rewrapKey(from: Buffer, to: Buffer, sealedKey: Buffer, place: string): Buffer {
  return seal(to, unseal(from, sealedKey, `key of ${place}`), `key of ${place}`);
}
