import { sql, type Db, type RawBuilder, type Tx } from '../postgres/database.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { refuseArchived } from './archived.ts';
import { conditionOf } from './event-filter.ts';
import type { ReadOptions, SnapshotReader } from './event-store.ts';
import type { ProjectionName, Row } from './projection.ts';
import { EVENT_COLUMNS, toRecorded, type EventRow } from './recorded.ts';
import { rowCondition, type RowFilter } from './row-filter.ts';
import type { UpcastTable } from './upcast.ts';

interface StoredRow<State> {
  readonly id: string;
  readonly since: string;
  readonly version: number;
  readonly state: State;
}

/** Rows of a projection, ordered by id; with `after` only those that have changed since that position. */
export async function readRows<State>(
  db: Db | Tx,
  projection: ProjectionName,
  where: RowFilter = {},
  after?: number,
): Promise<readonly Row<State>[]> {
  const changed = after === undefined ? sql`true` : sql`since > ${after}`;
  const { rows } = await sql<StoredRow<State>>`
    select id, since, version, state from ${sql.table(projection)} where ${rowCondition(where)} and ${changed} order by id
  `.execute(db);
  return rows.map((row) => ({ ...row, since: Number(row.since) }));
}

/** One row of a projection. */
export async function readRow<State>(
  db: Db | Tx,
  projection: ProjectionName,
  id: string,
): Promise<Row<State> | undefined> {
  const [row] = await readRows<State>(db, projection, { id });
  return row;
}

/**
 * Events after a position, in order, as of their present schema versions. Throws `Archived` when some that may be among them are in
 * archives; of the last so many it answers with those that the database has.
 */
export async function readEvents(
  db: Db,
  { after, limit, until, filter: wanted, stream, deploymentId, last = false }: ReadOptions,
  upcasts: UpcastTable,
): Promise<readonly RecordedEvent[]> {
  const ofStream = stream === undefined ? sql`true` : sql`stream = ${stream}`;
  const ofDeployment = deploymentId === undefined ? sql`true` : sql`data ->> 'deploymentId' = ${deploymentId}`;
  const { rows } = await sql<EventRow>`
    select ${sql.raw(EVENT_COLUMNS)}, (select traceparent from event_traces as trace where trace.position = events.position)
    from events where position > ${after} and ${conditionOf(wanted)} and ${notAfter(until, stream)} and ${ofStream} and ${ofDeployment} order by ${orderOf(stream, last)} limit ${limit}
  `.execute(db);
  const recorded = rows.map((row) => toRecorded(row, upcasts));
  // Looked at afterwards: what is archived meanwhile is missed by the page. Archives are a beginning, so behind one that is here none is.
  if (!last && recorded[0]?.position !== after + 1) await refuseArchived(db, after);
  return last ? recorded.toReversed() : recorded;
}

/** What happened later is not walked over: a stream's events are in the order of its versions. */
function notAfter(until: number | undefined, stream: string | undefined): RawBuilder<unknown> {
  if (until === undefined) return sql`true`;
  return stream === undefined ? sql`position <= ${until}` : sql`version <= version_at(${stream}, ${until}::bigint)`;
}

/** Within a stream, versions and positions have one order; only the former has an index that is no walk over the whole log. */
function orderOf(stream: string | undefined, last: boolean): RawBuilder<unknown> {
  if (!last) return sql`position`;
  return stream === undefined ? sql`position desc` : sql`version desc`;
}

/** The position of the last event. */
export async function readHead(db: Db): Promise<number> {
  const { rows } = await sql<{ position: string }>`select position from log_head`.execute(db);
  return Number(rows[0]?.position ?? 0);
}

/**
 * Reads at one position. The shared lock on the head waits for whoever is committing: a job that was sent by a
 * transaction is sent under the head's lock, so after it everything that this job was dropped in favour of is visible.
 */
export async function readSnapshot<Result>(db: Db, read: (reader: SnapshotReader) => Promise<Result>): Promise<Result> {
  await sql`select position from log_head for share`.execute(db);
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const { rows } = await sql<{ position: string }>`select position from log_head`.execute(tx);
      return read({
        position: Number(rows[0]?.position ?? 0),
        row: (projection, id) => readRow(tx, projection, id),
        rows: (projection, where, after) => readRows(tx, projection, where, after),
      });
    });
}
