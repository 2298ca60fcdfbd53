import { sql, type Db, type Tx } from '../postgres/database.ts';

/** One version of a value as the database keeps it. */
export interface SealedRow {
  readonly secret_id: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly key_id: string;
  readonly sealed_key: Buffer;
  readonly sealed: Buffer;
}

export interface FingerprintKeyRow {
  readonly key_id: string;
  readonly sealed_key: Buffer;
}

/** Earlier versions that are kept: revisions that were made with them can still be started. */
const VERSIONS_KEPT = 10;

/** Stores a version, and forgets those that are too old. */
export async function insertSealed(tx: Tx, row: SealedRow): Promise<void> {
  await sql`
    insert into secret_values (secret_id, version, fingerprint, key_id, sealed_key, sealed)
    values (${row.secret_id}, ${row.version}, ${row.fingerprint}, ${row.key_id}, ${row.sealed_key}, ${row.sealed})
  `.execute(tx);
  await sql`
    delete from secret_values where secret_id = ${row.secret_id} and version <= ${row.version - VERSIONS_KEPT}
  `.execute(tx);
}

/** Forgets every version. */
export async function deleteSealed(tx: Tx, secretIds: readonly string[]): Promise<void> {
  await sql`delete from secret_values where secret_id = any(${secretIds}::text[])`.execute(tx);
}

/** Those of these fingerprints that there are. */
export async function readSealed(db: Db, fingerprints: readonly string[]): Promise<readonly SealedRow[]> {
  const { rows } = await sql<SealedRow>`
    select * from secret_values where fingerprint = any(${fingerprints}::text[])
  `.execute(db);
  return rows;
}

/** Waits for whoever is changing the master key, and keeps others from it until the transaction ends. */
export async function lockFingerprintKey(tx: Tx, how: 'share' | 'update'): Promise<FingerprintKeyRow | undefined> {
  const mode = sql.raw(how);
  const { rows } = await sql<FingerprintKeyRow>`
    select key_id, sealed_key from secret_fingerprint_key for ${mode}
  `.execute(tx);
  return rows[0];
}

/** The first one stays. */
export async function insertFingerprintKey(tx: Tx, { key_id, sealed_key }: FingerprintKeyRow): Promise<void> {
  await sql`
    insert into secret_fingerprint_key (key_id, sealed_key) values (${key_id}, ${sealed_key})
    on conflict (only_row) do nothing
  `.execute(tx);
}

export async function updateFingerprintKey(tx: Tx, { key_id, sealed_key }: FingerprintKeyRow): Promise<void> {
  await sql`update secret_fingerprint_key set key_id = ${key_id}, sealed_key = ${sealed_key}`.execute(tx);
}

/** Values whose keys are sealed with another master key than this. */
export async function readOtherwiseSealed(tx: Tx, keyId: string): Promise<readonly SealedRow[]> {
  const { rows } = await sql<SealedRow>`
    select * from secret_values where key_id <> ${keyId} order by secret_id, version
  `.execute(tx);
  return rows;
}

export async function updateSealedKey(tx: Tx, row: Omit<SealedRow, 'sealed' | 'fingerprint'>): Promise<void> {
  await sql`
    update secret_values set key_id = ${row.key_id}, sealed_key = ${row.sealed_key}
    where secret_id = ${row.secret_id} and version = ${row.version}
  `.execute(tx);
}
