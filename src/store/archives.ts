import type { Archive, KeptArchive } from '../domain/archive/archive.ts';
import type { ExportedRow } from '../domain/archive/exported-row.ts';
import { sql, type Db, type Tx } from '../postgres/database.ts';
import { bareArray, jsonArray, textArray } from './array-literal.ts';
import type { ProjectionName } from './projection.ts';

/** The archives whose events are out of the database, in order. */
export async function readArchives(db: Db | Tx): Promise<readonly KeptArchive[]> {
  const { rows } = await sql<ArchiveRow>`
    select first, last, hash_before, hash, file, sha256, bytes, at, actor from archives order by first
  `.execute(db);
  return rows.map(({ first, last, hash_before: before, hash, sha256, bytes, ...row }) => ({
    ...row,
    first: Number(first),
    last: Number(last),
    before: before.toString('hex'),
    hash: hash.toString('hex'),
    sha256: sha256.toString('hex'),
    bytes: Number(bytes),
  }));
}

interface ArchiveRow extends Pick<KeptArchive, 'file' | 'at' | 'actor'> {
  readonly first: string;
  readonly last: string;
  readonly hash_before: Buffer;
  readonly hash: Buffer;
  readonly sha256: Buffer;
  readonly bytes: string;
}

/** The last position that is in an archive; 0: the whole log is in the database. */
export async function archivedUntil(db: Db | Tx): Promise<number> {
  const { rows } = await sql<{ position: string }>`select archived_until() as position`.execute(db);
  return Number(rows[0]?.position ?? 0);
}

/** When the event at that position happened, wherever it lies; undefined when there is none. */
export async function eventTime(db: Db, position: number): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date | null }>`select event_time(${position}) as at`.execute(db);
  return rows[0]?.at ?? undefined;
}

/** The position that a row of a projection was there from; undefined when there never was one. */
export async function beganAt(db: Db, projection: ProjectionName, id: string): Promise<number | undefined> {
  const { rows } = await sql<{ position: string | null }>`
    select coalesce(
      (select lower(valid) from history where projection = ${projection} and id = ${id} order by lower(valid) limit 1),
      (select since from ${sql.table(projection)} where id = ${id})) as position
  `.execute(db);
  const position = rows[0]?.position ?? null;
  return position === null ? undefined : Number(position);
}

/** Where the next archive may end, at latest: a checkpoint up to `until`, at most `most` events away where there is one so near. */
export async function nextCheckpoint(
  db: Db,
  after: number,
  { until, most }: { readonly until: number; readonly most: number },
): Promise<number | undefined> {
  const { rows } = await sql<{ position: string | null }>`
    select coalesce(
      (select max(position) from checkpoints where position > ${after} and position <= least(${after + most}::bigint, ${until}::bigint)),
      (select min(position) from checkpoints where position > ${after} and position <= ${until})) as position
  `.execute(db);
  const position = rows[0]?.position ?? null;
  return position === null ? undefined : Number(position);
}

/** Takes an archive's events out of the log. The database itself holds what the archive says against them before, and refuses it otherwise. */
export async function takeOut(tx: Tx, archive: Archive, actor: string): Promise<void> {
  const { first, last, before, hash, file, sha256, bytes } = archive;
  await sql`
    insert into archives (first, last, hash_before, hash, file, sha256, bytes, actor)
    values (${first}, ${last}, decode(${before}, 'hex'), decode(${hash}, 'hex'), ${file}, decode(${sha256}, 'hex'), ${bytes}, ${actor})
  `.execute(tx);
}

/** A row of an archive with its place. */
export interface ReturningRow extends ExportedRow {
  readonly position: number;
  /** Hexadecimal. */
  readonly hash: string;
}

/** Puts events back as they were. */
export async function putBack(tx: Tx, rows: readonly ReturningRow[]): Promise<void> {
  await sql`
    insert into events (position, id, stream, version, type, schema_version, data, actor, correlation_id, causation_id, at, hash)
    select u.position, u.id, u.stream, u.version, u.type, u.schema_version, u.data, u.actor, u.correlation_id, u.causation_id, u.at,
           decode(u.hash, 'hex')
    from unnest(
      ${bareArray(rows.map(({ position }) => position))}::bigint[], ${bareArray(rows.map(({ id }) => id))}::uuid[],
      ${textArray(rows.map(({ stream }) => stream))}::text[], ${bareArray(rows.map(({ version }) => version))}::int[],
      ${textArray(rows.map(({ type }) => type))}::text[], ${bareArray(rows.map(({ schemaVersion }) => schemaVersion))}::int[],
      ${jsonArray(
        'json',
        rows.map(({ data }) => data),
      )}::json[],
      ${textArray(rows.map(({ actor }) => actor))}::text[], ${textArray(rows.map(({ correlationId }) => correlationId))}::text[],
      ${textArray(rows.map(({ causationId }) => causationId))}::text[], ${textArray(rows.map(({ at }) => at))}::timestamptz[],
      ${textArray(rows.map(({ hash }) => hash))}::text[])
      as u(position, id, stream, version, type, schema_version, data, actor, correlation_id, causation_id, at, hash)
  `.execute(tx);
}

/** Gives an archive up. The database refuses it unless all of its events are back, each as it was. */
export async function giveUp(tx: Tx, { last }: Pick<Archive, 'last'>): Promise<void> {
  await sql`delete from archives where last = ${last}`.execute(tx);
}
