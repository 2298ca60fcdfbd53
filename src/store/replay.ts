import { sql, type Db, type Tx } from '../postgres/database.ts';
import { refuseArchived } from './archived.ts';
import { PROJECTION_NAMES, type Projection } from './projection.ts';
import { asQuery, loadRows, type Draft } from './projector.ts';
import { EVENT_COLUMNS, toRecorded, type EventRow } from './recorded.ts';
import { UPCASTS } from './upcast.ts';

/** Where the rows of a replay grow, beside the live ones. */
const SHADOW = 'projections_rebuild';
const PAGE = 2_000;
const TABLES = [...PROJECTION_NAMES, 'history'] as const;

/** A row that the log does not lead to, or that the log leads to and the tables lack. */
export interface Difference {
  readonly table: string;
  readonly id: string;
  /** What the tables have; undefined: no such row. */
  readonly live: string | undefined;
  /** What the log says; undefined: no such row. */
  readonly replayed: string | undefined;
}

export interface ReplayReport {
  readonly events: number;
  readonly rows: number;
  /** The first difference of each table. */
  readonly differences: readonly Difference[];
  readonly swapped: boolean;
}

export interface ReplayOptions {
  readonly swap: boolean;
  /** The events that are in archives, in order, a page at a time. */
  readonly archived?: AsyncIterable<readonly EventRow[]> | undefined;
  readonly onProgress?: (position: number, head: number) => void;
}

/**
 * Replays the whole log into tables beside the live ones, compares them at one position, and with `swap` puts the
 * replayed ones in the place of the live ones. Writers go on meanwhile; they wait only for the last page and the comparison.
 * Throws `Archived` where the beginning of the log is in archives and is not given.
 */
export async function replayProjections(
  db: Db,
  projections: readonly Projection[],
  { swap, archived, onProgress }: ReplayOptions,
): Promise<ReplayReport> {
  if (archived === undefined) await refuseArchived(db, 0, 'the beginning of the log');
  await createShadow(db);
  try {
    let position = 0;
    for await (const page of archived ?? []) {
      await db.transaction().execute((tx) => replayRows(tx, projections, page));
      position = Number(page.at(-1)?.position ?? position);
      onProgress?.(position, await headOf(db));
    }
    for (;;) {
      const next = await db.transaction().execute((tx) => replayPage(tx, projections, position));
      if (next === position) break;
      position = next;
      onProgress?.(position, await headOf(db));
    }
    return await db.transaction().execute((tx) => finish(tx, projections, position, swap));
  } finally {
    await sql`drop schema if exists ${sql.id(SHADOW)} cascade`.execute(db);
  }
}

async function createShadow(db: Db): Promise<void> {
  await sql`drop schema if exists ${sql.id(SHADOW)} cascade`.execute(db);
  await sql`create schema ${sql.id(SHADOW)}`.execute(db);
  for (const table of TABLES) {
    await sql`create table ${sql.id(SHADOW, table)} (like ${sql.id('public', table)} including all)`.execute(db);
  }
}

/** The same writer that keeps the live rows, with the search path turned to the shadow tables. */
async function replayPage(tx: Tx, projections: readonly Projection[], after: number): Promise<number> {
  const { rows } = await sql<EventRow>`
    select ${sql.raw(EVENT_COLUMNS)} from public.events where position > ${after} order by position limit ${PAGE}
  `.execute(tx);
  if (Number(rows[0]?.position) !== after + 1) await refuseArchived(tx, after);
  await replayRows(tx, projections, rows);
  return Number(rows.at(-1)?.position ?? after);
}

async function replayRows(tx: Tx, projections: readonly Projection[], rows: readonly EventRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`set local search_path = ${sql.id(SHADOW)}, public`.execute(tx);
  const events: Draft[] = rows.map((row) => toRecorded(row, UPCASTS));
  const set = await loadRows(tx, projections, events, () => false);
  set.apply(events);
  // The positions are known already, so `first` is not looked at.
  const appended = sql`appended as (select 0::bigint as first)`;
  await sql`with ${sql.join([appended, ...set.writes().map(asQuery)])} select 1`.execute(tx);
}

async function finish(tx: Tx, projections: readonly Projection[], from: number, swap: boolean): Promise<ReplayReport> {
  // Tables before the head, as writers take rows before the head: the other way round they would wait for each other.
  if (swap) {
    const live = TABLES.map((table) => sql.id('public', table));
    await sql`lock table ${sql.join(live)} in access exclusive mode`.execute(tx);
  }
  await sql`select position from public.log_head for update`.execute(tx);
  let position = from;
  for (let next = -1; next !== position;) {
    if (next >= 0) position = next;
    next = await replayPage(tx, projections, position);
  }
  const differences: Difference[] = [];
  for (const table of TABLES) differences.push(...(await firstDifference(tx, table)));
  const { rows } = await sql<{ rows: string }>`select count(*) as rows from ${sql.id(SHADOW, 'history')}`.execute(tx);
  if (swap) await swapTables(tx);
  return { events: position, rows: Number(rows[0]?.rows ?? 0), differences, swapped: swap };
}

async function firstDifference(tx: Tx, table: (typeof TABLES)[number]): Promise<readonly Difference[]> {
  const live = contentOf('public', table);
  const replayed = contentOf(SHADOW, table);
  const { rows } = await sql<{ key: string; live: string | null; replayed: string | null }>`
    select key, l.content as live, r.content as replayed
    from (${live}) l full outer join (${replayed}) r using (key)
    where l.content is distinct from r.content
    order by key limit 1
  `.execute(tx);
  return rows.map((row) => ({
    table,
    id: row.key,
    live: row.live ?? undefined,
    replayed: row.replayed ?? undefined,
  }));
}

function contentOf(schema: string, table: (typeof TABLES)[number]): ReturnType<typeof sql> {
  if (table === 'history') {
    return sql`select projection || '/' || id || '@' || lower(valid) as key, to_jsonb(h)::text as content from ${sql.id(schema, table)} h`;
  }
  return sql`select id as key, to_jsonb(t)::text as content from ${sql.id(schema, table)} t`;
}

async function swapTables(tx: Tx): Promise<void> {
  for (const table of TABLES) {
    await sql`drop table ${sql.id('public', table)}`.execute(tx);
    await sql`alter table ${sql.id(SHADOW, table)} set schema public`.execute(tx);
  }
}

async function headOf(db: Db): Promise<number> {
  const { rows } = await sql<{ position: string }>`select position from log_head`.execute(db);
  return Number(rows[0]?.position ?? 0);
}
