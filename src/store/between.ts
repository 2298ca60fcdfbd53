import type { StreamKind } from '../domain/stream.ts';
import { sql, type Db } from '../postgres/database.ts';
import { readRowsAt } from './as-of.ts';
import type { ProjectionName } from './projection.ts';

/** A row as it was at two positions; a state that is undefined was not there. */
export interface Between {
  readonly id: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface Range {
  readonly from: number;
  /** Not before `from`. */
  readonly to: number;
}

/** A projection whose rows are changed by one stream each, of the same id. */
export interface Owned {
  readonly stream: StreamKind;
  readonly projection: ProjectionName;
}

/**
 * The rows that were replaced between two positions, each as it was at both; nothing is replayed. The events of the range say
 * which rows these are, and the history what they were, so it costs what happened in between and not how much there is.
 */
export async function readBetween(
  db: Db,
  owned: readonly Owned[],
  range: Range,
): Promise<ReadonlyMap<ProjectionName, readonly Between[]>> {
  const touched = await touchedIn(db, range);
  const read = async ({ stream, projection }: Owned): Promise<readonly Between[]> => {
    const ids = touched === undefined ? undefined : (touched.get(stream) ?? []);
    const [before, after] = await Promise.all([
      rowsAt(db, projection, range.from, ids),
      rowsAt(db, projection, range.to, ids),
    ]);
    return [...new Set([...before.keys(), ...after.keys()])].map((id) => ({
      id,
      before: before.get(id),
      after: after.get(id),
    }));
  };
  const all = await Promise.all(owned.map(async (each) => [each.projection, await read(each)] as const));
  return new Map(all);
}

/**
 * The ids of the streams that grew in a range, by kind. Undefined when events of the range are not in the table any more:
 * positions have no gaps, so that shows.
 */
async function touchedIn(db: Db, { from, to }: Range): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  const { rows } = await sql<{ stream: string; events: string }>`
    select stream, count(*) as events from events where position > ${from} and position <= ${to} group by stream
  `.execute(db);
  const present = rows.reduce((sum, { events }) => sum + Number(events), 0);
  if (present !== to - from) return undefined;
  const touched = new Map<string, string[]>();
  for (const { stream } of rows) {
    const slash = stream.indexOf('/');
    const ids = touched.get(stream.slice(0, slash)) ?? [];
    ids.push(stream.slice(slash + 1));
    touched.set(stream.slice(0, slash), ids);
  }
  return touched;
}

async function rowsAt(
  db: Db,
  projection: ProjectionName,
  position: number,
  ids: readonly string[] | undefined,
): Promise<ReadonlyMap<string, unknown>> {
  if (ids?.length === 0) return new Map();
  const rows = await readRowsAt(db, projection, position, ids === undefined ? {} : { id: ids });
  return new Map(rows.map(({ id, state }) => [id, state]));
}
