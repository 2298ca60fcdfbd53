import type { KeptArchive } from '../domain/archive/archive.ts';
import { sql, type Db, type Tx } from '../postgres/database.ts';
import { archivedUntil, readArchives } from './archives.ts';

/** What of the log is not in the database. */
export interface ArchivedPart {
  /** The last position that is in an archive. */
  readonly until: number;
  /** The file that is needed first: of the position that was asked for, or of the last one. */
  readonly file: string;
}

/** What was asked for lies in a file: the database cannot answer, and an empty answer would be a lie. */
export class Archived extends Error {
  readonly until: number;
  readonly file: string;

  /** `position`: the first that was asked for. `what`: asked for what, where it is not that position itself. */
  constructor(position: number, { until, file }: ArchivedPart, what = `position ${position} of the log`) {
    super(
      `${what} is in the archive ${file}: positions 1 to ${until} were archived, the database has those from ${until + 1} on; ` +
        `to have it back: deploy-svc archive restore DIR --from ${position}`,
    );
    this.name = 'Archived';
    this.until = until;
    this.file = file;
  }
}

/** Throws `Archived` when there are events after `after` that are in archives. */
export async function refuseArchived(db: Db | Tx, after: number, what?: string): Promise<void> {
  if ((await archivedUntil(db)) <= after) return;
  const archives = await readArchives(db);
  const part = partOf(archives, after + 1);
  if (part !== undefined) throw new Archived(after + 1, part, what);
}

/** What is in archives, with the file of a position, or of the last one; undefined: the whole log is in the database. */
export async function archivedPart(db: Db, position?: number): Promise<ArchivedPart | undefined> {
  return (await archivedUntil(db)) === 0 ? undefined : partOf(await readArchives(db), position);
}

function partOf(archives: readonly KeptArchive[], position: number | undefined): ArchivedPart | undefined {
  const last = archives.at(-1);
  if (last === undefined) return undefined;
  const holding = archives.find((each) => position !== undefined && position <= each.last);
  return { until: last.last, file: (holding ?? last).file };
}

/** What is archived, when some of these events were caused by ones that are not in the database; undefined: none were. */
export async function archivedCauses(
  db: Db,
  events: readonly { readonly id: string; readonly causationId?: string | undefined }[],
): Promise<ArchivedPart | undefined> {
  const part = await archivedPart(db);
  if (part === undefined) return undefined;
  const known = new Set(events.map(({ id }) => id));
  const missing = events.flatMap(({ causationId }) =>
    causationId === undefined || known.has(causationId) ? [] : [causationId],
  );
  if (missing.length === 0) return undefined;
  const { rows } = await sql<{ id: string }>`select id from events where id::text = any(${missing}::text[])`.execute(
    db,
  );
  return rows.length < new Set(missing).size ? part : undefined;
}
