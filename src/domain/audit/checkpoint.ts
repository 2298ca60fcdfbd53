import { createHash, createPrivateKey, createPublicKey, hkdfSync, sign, verify, type KeyObject } from 'node:crypto';

import canonicalize from 'canonicalize';
import { z } from 'zod';

/** A signed statement: at this time the log of this installation had this hash at this position. */
export const checkpoint = z.strictObject({
  installation: z.string(),
  position: z.number().int().positive(),
  /** Hexadecimal. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.iso.datetime(),
  /** Which key has signed: see `auditKey`. */
  keyId: z.string(),
  /** Ed25519 (RFC 8032) over the RFC 8785 canonical JSON of all other fields, base64. */
  signature: z.string(),
});
export type Checkpoint = z.infer<typeof checkpoint>;
export type CheckpointStatement = Omit<Checkpoint, 'keyId' | 'signature'>;

/** A key pair that signs checkpoints. */
export interface AuditKey {
  /** First 16 hexadecimal digits of the SHA-256 over the public key (SPKI, DER). */
  readonly id: string;
  readonly privateKey: KeyObject;
  /** SPKI, PEM. */
  readonly publicKey: string;
}

/** RFC 8410: an Ed25519 private key in PKCS #8 is these bytes and its seed. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key that an installation signs with: derived from its secret key (HKDF-SHA256, RFC 5869), so the database never holds it. */
export function auditKey(secret: Buffer): AuditKey {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'deploy-svc/audit/checkpoints/v1', 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  return { id: keyId(publicKey), privateKey, publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString() };
}

export function keyId(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 16);
}

export function signCheckpoint(statement: CheckpointStatement, key: AuditKey): Checkpoint {
  const signed = { ...statement, keyId: key.id };
  return { ...signed, signature: sign(null, signedBytes(signed), key.privateKey).toString('base64') };
}

/** True when the key has signed exactly that. */
export function isSignedBy({ signature, ...signed }: Checkpoint, publicKey: KeyObject): boolean {
  return verify(null, signedBytes(signed), publicKey, Buffer.from(signature, 'base64'));
}

function signedBytes(signed: Omit<Checkpoint, 'signature'>): Buffer {
  return Buffer.from(canonicalize(signed) ?? '');
}
