import type { Checkpoint } from '../domain/audit/checkpoint.ts';
import { bodyStart, canonicalBody } from '../domain/audit/body-hash.ts';
import type { ExportedEvent } from '../domain/audit/export-line.ts';
import { sql, type Db } from '../postgres/database.ts';
import { refuseArchived } from './archived.ts';
import { EVENT_COLUMNS, type EventRow } from './recorded.ts';

/** The log's last position, and the hash there in hexadecimal. */
export interface LogHead {
  readonly position: number;
  readonly hash: string;
}

export async function readLogHead(db: Db): Promise<LogHead> {
  const { rows } = await sql<{ position: string; hash: Buffer }>`select position, hash from log_head`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('the log has no head: the table log_head is empty');
  return { position: Number(row.position), hash: row.hash.toString('hex') };
}

/** Events in one statement of a verification. */
const STRETCH = 20_000;
/** Statements at once: each has a core of the database for itself, and the rest of the pool is left to others. */
const LANES = 2;

/** The first position after `after` up to `until` that is missing, or whose hash its row does not give; computed by the database. */
export async function firstBroken(db: Db, after: number, until: number): Promise<number | undefined> {
  const found: number[] = [];
  let next = after;
  const lane = async (): Promise<void> => {
    // What comes after a fault need not be looked at any more.
    while (next < until && found.length === 0) {
      const from = next;
      next = Math.min(from + STRETCH, until);
      const broken = await firstBrokenIn(db, from, next);
      if (broken !== undefined) found.push(broken);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return found.length === 0 ? undefined : Math.min(...found);
}

async function firstBrokenIn(db: Db, after: number, until: number): Promise<number | undefined> {
  const { rows } = await sql<{ position: string | null }>`
    select first_broken(${after}::bigint, ${until}::bigint) as position
  `.execute(db);
  const position = rows[0]?.position ?? null;
  return position === null ? undefined : Number(position);
}

/** Where the log ends, from its rows; its head row may say otherwise. */
export async function lastEvent(db: Db): Promise<LogHead | undefined> {
  const { rows } = await sql<{ position: string; hash: Buffer }>`
    select position, hash from events order by position desc limit 1
  `.execute(db);
  const [row] = rows;
  return row && { position: Number(row.position), hash: row.hash.toString('hex') };
}

/** The hashes at some positions, in hexadecimal, also where an archive ends; positions that are not there are left out. */
export async function hashesAt(db: Db, positions: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const { rows } = await sql<{ position: string; hash: Buffer }>`
    select position, hash from events where position = any(${positions}::bigint[])
    union all select last, hash from archives where last = any(${positions}::bigint[])
  `.execute(db);
  return new Map(rows.map(({ position, hash }) => [Number(position), hash.toString('hex')]));
}

/** Events after a position in the words that their hashes are over. Throws `Archived`. */
export async function readExport(db: Db, after: number, limit: number): Promise<readonly ExportedEvent[]> {
  const { rows } = await sql<Omit<EventRow, 'data'> & { text: string; hash: Buffer }>`
    select ${sql.raw(EVENT_COLUMNS.replace('data', 'data::text as text'))}, hash
    from events where position > ${after} order by position limit ${limit}
  `.execute(db);
  if (Number(rows[0]?.position) !== after + 1) await refuseArchived(db, after);
  return rows.map(({ position, hash, text, ...row }) => ({
    position: Number(position),
    hash: hash.toString('hex'),
    body: bodyOf(row, text),
  }));
}

function bodyOf(row: Omit<EventRow, 'data' | 'position'>, data: string): string {
  const { actor, correlation_id: correlationId, causation_id: cause, at, schema_version: schemaVersion, ...end } = row;
  const start = bodyStart({ actor, correlationId, causationId: cause ?? undefined }, at.toISOString());
  return canonicalBody(start, data, { ...end, schemaVersion });
}

interface CheckpointRow {
  readonly position: string;
  readonly hash: Buffer;
  readonly at: Date;
  readonly key_id: string;
  readonly signature: Buffer;
}

/** The signed checkpoints after a position, in order. */
export async function readCheckpoints(db: Db, after: number, limit: number): Promise<readonly Checkpoint[]> {
  const { rows } = await sql<CheckpointRow & { installation: string }>`
    select position, hash, at, key_id, signature, (select id from installation) as installation
    from checkpoints where position > ${after} order by position limit ${limit}
  `.execute(db);
  return rows.map(toCheckpoint);
}

/** Those at some positions, in order; positions without one are left out. */
export async function checkpointsAt(db: Db, positions: readonly number[]): Promise<readonly Checkpoint[]> {
  const { rows } = await sql<CheckpointRow & { installation: string }>`
    select position, hash, at, key_id, signature, (select id from installation) as installation
    from checkpoints where position = any(${positions}::bigint[]) order by position
  `.execute(db);
  return rows.map(toCheckpoint);
}

/** The last one. */
export async function lastCheckpoint(db: Db): Promise<Checkpoint | undefined> {
  const { rows } = await sql<CheckpointRow & { installation: string }>`
    select position, hash, at, key_id, signature, (select id from installation) as installation
    from checkpoints order by position desc limit 1
  `.execute(db);
  return rows.map(toCheckpoint)[0];
}

/** The position of the first checkpoint that another key has signed, if any. */
export async function firstCheckpointNotBy(db: Db, keyId: string): Promise<number | undefined> {
  const { rows } = await sql<{ position: string | null }>`
    select min(position) as position from checkpoints where key_id <> ${keyId}
  `.execute(db);
  const position = rows[0]?.position ?? null;
  return position === null ? undefined : Number(position);
}

/** Keeps a checkpoint; one that somebody else has kept for that position stays. */
export async function keepCheckpoint(db: Db, { position, hash, at, keyId, signature }: Checkpoint): Promise<void> {
  await sql`
    insert into checkpoints (position, hash, at, key_id, signature)
    values (${position}, ${Buffer.from(hash, 'hex')}, ${at}, ${keyId}, ${Buffer.from(signature, 'base64')})
    on conflict (position) do nothing
  `.execute(db);
}

function toCheckpoint(row: CheckpointRow & { readonly installation: string }): Checkpoint {
  const { position, hash, at, key_id: keyId, signature, installation } = row;
  return {
    installation,
    position: Number(position),
    hash: hash.toString('hex'),
    at: at.toISOString(),
    keyId,
    signature: signature.toString('base64'),
  };
}
