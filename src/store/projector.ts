import type { RecordedEvent } from '../domain/event.ts';
import { sql, type RawBuilder, type Tx } from '../postgres/database.ts';
import { bareArray, jsonArray, textArray } from './array-literal.ts';
import { InvariantViolated } from './command.ts';
import type { Projection, ProjectionName } from './projection.ts';

/**
 * An event on its way into the log. Its position is provisional, -1 for the first of the batch, -2 for the second and so
 * on, until the log's head is locked.
 */
export type Draft = RecordedEvent & { position: number; version: number };

interface Version {
  readonly state: unknown;
  readonly version: number;
  /** The event that led here; undefined for the row as it was found. */
  readonly by: Draft | undefined;
  /** For the row as it was found. */
  readonly since: number;
}

/** What the rows of a batch go through: `versions[0]` is the row as found, the last one is what gets stored. */
type Track = Version[];

/** The rows that a batch of commands touches, folded forward in memory and written once. */
export interface RowSet {
  /** Folds one command's events; throws InvariantViolated, and then leaves no trace. */
  apply(events: readonly Draft[]): void;
  /**
   * The statements that write rows and history, to be put beside a query `appended` whose one row has the batch's
   * `first` position: they turn provisional positions into real ones.
   */
  writes(): readonly RawBuilder<unknown>[];
}

/** Reads (and where events of several streams meet, locks) every row that these events may change. */
export async function loadRows(
  tx: Tx,
  projections: readonly Projection[],
  events: readonly Draft[],
  isNewStream: (stream: string) => boolean,
): Promise<RowSet> {
  const tables = new Map<Projection, Map<string, Track>>();
  for (const projection of projections) {
    const keys = new Map<string, boolean>();
    for (const event of events) {
      const key = projection.keyOf(event);
      if (key !== undefined) keys.set(key, projection.ownership === 'shared' || !isNewStream(event.stream));
    }
    if (keys.size > 0) tables.set(projection, await loadTable(tx, projection, keys));
  }
  return { apply: (own) => applyAll(tables, own), writes: () => writesOf(tables) };
}

async function loadTable(
  tx: Tx,
  { name, ownership }: Projection,
  keys: ReadonlyMap<string, boolean>,
): Promise<Map<string, Track>> {
  const tracks = new Map<string, Track>([...keys.keys()].map((key) => [key, []]));
  const wanted = [...keys].filter(([, mayExist]) => mayExist).map(([key]) => key);
  if (wanted.length === 0) return tracks;
  for (const row of await readRows(tx, name, ownership, wanted)) {
    const { id, since, version, state } = row;
    tracks.get(id)?.push({ state, version, by: undefined, since: Number(since) });
  }
  return tracks;
}

interface StoredRow {
  readonly id: string;
  readonly since: string;
  readonly version: number;
  readonly state: unknown;
}

async function readRows(
  tx: Tx,
  name: ProjectionName,
  ownership: Projection['ownership'],
  wanted: readonly string[],
): Promise<readonly StoredRow[]> {
  const read = async (ids: readonly string[]): Promise<readonly StoredRow[]> => {
    // Rows of one stream are guarded by its head.
    const lock = ownership === 'shared' ? sql`for update` : sql``;
    const { rows } = await sql<StoredRow>`
      select id, since, version, state from ${sql.table(name)} where id = any(${textArray(ids)}::text[]) order by id ${lock}
    `.execute(tx);
    return rows;
  };
  const rows = await read(wanted);
  if (ownership !== 'shared' || rows.length === wanted.length) return rows;
  // A row that is not there yet cannot be locked: whoever makes it first has the name, and the others read what came of it.
  const found = new Set(rows.map(({ id }) => id));
  const absent = wanted.filter((id) => !found.has(id)).toSorted();
  await sql`
    select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest(${textArray(absent.map((id) => `${name}/${id}`))}::text[]) as key
  `.execute(tx);
  return [...rows, ...(await read(absent))];
}

function applyAll(tables: ReadonlyMap<Projection, ReadonlyMap<string, Track>>, events: readonly Draft[]): void {
  const added: Track[] = [];
  try {
    for (const event of events) {
      for (const [projection, tracks] of tables) {
        const track = tracks.get(projection.keyOf(event) ?? '');
        if (track !== undefined && advance(projection, track, event)) added.push(track);
      }
    }
  } catch (error) {
    for (const track of added) track.pop();
    throw error;
  }
}

/** True when the row got a new version. */
function advance(projection: Projection, track: Track, event: Draft): boolean {
  const before = track.at(-1)?.state;
  const state = projection.evolve(before, event);
  if (state === undefined) return false;
  const violation = projection.violation?.(state);
  if (violation !== undefined) throw new InvariantViolated(violation);
  track.push({ state, version: event.version, by: event, since: 0 });
  return true;
}

function writesOf(tables: ReadonlyMap<Projection, ReadonlyMap<string, Track>>): readonly RawBuilder<unknown>[] {
  const past: HistoryRow[] = [];
  const upserts = [...tables].flatMap(([{ name }, tracks]) => {
    const changed = [...tracks].filter(([, track]) => track.at(-1)?.by !== undefined);
    if (changed.length === 0) return [];
    return [
      upsert(
        name,
        changed.map(([id, track]) => settle(name, id, track, past)),
      ),
    ];
  });
  return past.length === 0 ? upserts : [...upserts, insertHistory(past)];
}

interface FinalRow {
  readonly id: string;
  readonly since: number;
  readonly version: number;
  readonly state: string;
}

interface HistoryRow extends FinalRow {
  readonly projection: ProjectionName;
  readonly until: number;
}

/** The row to store; the states that it passed through go to `past`. */
function settle(projection: ProjectionName, id: string, track: Track, past: HistoryRow[]): FinalRow {
  let current: Version | undefined;
  let since = 0;
  for (const next of track) {
    const at = next.by?.position ?? next.since;
    if (current !== undefined && current.state !== next.state) {
      past.push({ projection, id, since, until: at, version: current.version, state: JSON.stringify(current.state) });
    }
    if (current === undefined || current.state !== next.state) since = at;
    current = next;
  }
  return { id, since, version: current?.version ?? 0, state: JSON.stringify(current?.state) };
}

/** One of the statements of `writes`, as a query beside `appended`. */
export function asQuery(write: RawBuilder<unknown>, index: number): RawBuilder<unknown> {
  return sql`${sql.raw(`write_${index}`)} as (${write})`;
}

/** A position in SQL, of a column that may hold a provisional one. */
function placed(column: string): RawBuilder<unknown> {
  return sql.raw(`case when ${column} < 0 then first - ${column} - 1 else ${column} end`);
}

function upsert(table: ProjectionName, rows: readonly FinalRow[]): RawBuilder<unknown> {
  return sql`
    insert into ${sql.table(table)} (id, since, version, state)
    select u.id, ${placed('u.since')}, u.version, u.state
    from appended, unnest(${textArray(rows.map(({ id }) => id))}::text[], ${bareArray(rows.map(({ since }) => since))}::bigint[],
                          ${bareArray(rows.map(({ version }) => version))}::int[],
                          ${jsonArray(
                            'jsonb',
                            rows.map(({ state }) => state),
                          )}::jsonb[]) as u(id, since, version, state)
    on conflict (id) do update set since = excluded.since, version = excluded.version, state = excluded.state`;
}

function insertHistory(rows: readonly HistoryRow[]): RawBuilder<unknown> {
  return sql`
    insert into history (projection, id, valid, version, state)
    select h.projection, h.id, int8range(${placed('h.since')}, ${placed('h.until')}), h.version, h.state
    from appended, unnest(${textArray(rows.map(({ projection }) => projection))}::text[],
                          ${textArray(rows.map(({ id }) => id))}::text[],
                          ${bareArray(rows.map(({ since }) => since))}::bigint[],
                          ${bareArray(rows.map(({ until }) => until))}::bigint[],
                          ${bareArray(rows.map(({ version }) => version))}::int[],
                          ${jsonArray(
                            'jsonb',
                            rows.map(({ state }) => state),
                          )}::jsonb[])
      as h(projection, id, since, until, version, state)`;
}
