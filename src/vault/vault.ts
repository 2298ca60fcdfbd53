import { createHmac, randomBytes } from 'node:crypto';

import type { Db, Tx } from '../postgres/database.ts';
import type { KeyRing } from './key-ring.ts';
import {
  deleteSealed,
  insertFingerprintKey,
  insertSealed,
  lockFingerprintKey,
  readOtherwiseSealed,
  readSealed,
  updateFingerprintKey,
  updateSealedKey,
  type SealedRow,
} from './rows.ts';
import { openEnvelope, rewrapKey, seal, sealEnvelope, unseal } from './seal.ts';

/** Which version of which secret. `id`: see `secretKey`. */
export interface Place {
  readonly id: string;
  readonly version: number;
}

/** Values at rest, sealed. The log knows them by their fingerprints. */
export interface Vault {
  /**
   * HMAC-SHA-256 (RFC 2104) of the value and its place, under a key that only the master key opens: who has the log cannot
   * try values, and equal values cannot be told.
   */
  fingerprintOf(place: Place, value: string): string;
  /** Stores a version in the transaction of its event. */
  store(tx: Tx, place: Place, value: string): Promise<void>;
  /** Forgets all versions, in the transaction of the event. */
  forget(tx: Tx, ids: readonly string[]): Promise<void>;
  /** Values by fingerprint; those that are not kept any more are missing. */
  values(fingerprints: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** The process has another master key than the database's values are sealed with. */
export class WrongMasterKey extends Error {
  constructor(keyId: string) {
    super(
      `the secrets of this database are sealed with a master key that this process does not know (${keyId}): ` +
        'start it with the same SECRET_KEY as the others, or name the earlier key in SECRET_KEY_PREVIOUS',
    );
    this.name = 'WrongMasterKey';
  }
}

const FINGERPRINT_PLACE = 'fingerprint key';

/**
 * Opens the values of a database. What is sealed with an earlier key is sealed with the current one first; that takes a
 * moment of nobody saving secrets. Throws WrongMasterKey.
 */
export async function openVault(db: Db, keys: KeyRing): Promise<Vault> {
  const fingerprintKey = await db.transaction().execute((tx) => openFingerprintKey(tx, keys));
  const fingerprintOf: Vault['fingerprintOf'] = ({ id, version }, value) =>
    createHmac('sha256', fingerprintKey).update(`${id}\0${version}\0`).update(value).digest('hex');
  return {
    fingerprintOf,
    async store(tx, place, value) {
      const { current } = keys;
      const held = await lockFingerprintKey(tx, 'share');
      // Somebody has changed the master key while this process went on with the old one.
      if (held?.key_id !== current.id) throw new WrongMasterKey(held?.key_id ?? 'none');
      const { sealedKey, sealed } = sealEnvelope(current.wrapping, Buffer.from(value), textOf(place));
      const row = { secret_id: place.id, version: place.version, key_id: current.id, sealed_key: sealedKey, sealed };
      await insertSealed(tx, { ...row, fingerprint: fingerprintOf(place, value) });
    },
    forget: deleteSealed,
    async values(fingerprints) {
      if (fingerprints.length === 0) return new Map();
      const rows = await readSealed(db, fingerprints);
      return new Map(rows.map((row) => [row.fingerprint, openRow(keys, row)]));
    },
  };
}

async function openFingerprintKey(tx: Tx, keys: KeyRing): Promise<Buffer> {
  const { current } = keys;
  const held = await lockFingerprintKey(tx, 'update');
  if (held === undefined) {
    const sealed_key = seal(current.wrapping, randomBytes(32), FINGERPRINT_PLACE);
    // Another process may come first; then its key is the one.
    await insertFingerprintKey(tx, { key_id: current.id, sealed_key });
    return openFingerprintKey(tx, keys);
  }
  const key = unseal(wrappingOf(keys, held.key_id), held.sealed_key, FINGERPRINT_PLACE);
  if (held.key_id === current.id) return key;
  for (const row of await readOtherwiseSealed(tx, current.id)) {
    const sealed_key = rewrapKey(wrappingOf(keys, row.key_id), current.wrapping, row.sealed_key, placeOf(row));
    await updateSealedKey(tx, { ...row, key_id: current.id, sealed_key });
  }
  const sealed_key = seal(current.wrapping, key, FINGERPRINT_PLACE);
  await updateFingerprintKey(tx, { key_id: current.id, sealed_key });
  return key;
}

function openRow(keys: KeyRing, row: SealedRow): string {
  const envelope = { sealedKey: row.sealed_key, sealed: row.sealed };
  return openEnvelope(wrappingOf(keys, row.key_id), envelope, placeOf(row)).toString();
}

function wrappingOf({ known }: KeyRing, id: string): Buffer {
  const key = known.get(id);
  if (key === undefined) throw new WrongMasterKey(id);
  return key.wrapping;
}

function placeOf({ secret_id: id, version }: SealedRow): string {
  return textOf({ id, version });
}

/** App, name and version. */
function textOf({ id, version }: Place): string {
  return `${id} version ${version}`;
}
