import { stripVTControlCharacters } from 'node:util';

import { pause, type Clock } from '../../clock.ts';
import type { Logger } from '../../logger.ts';
import { sql, type Db } from '../../postgres/database.ts';

/** Lines that are kept of a build. */
const KEPT = 400;
/** Characters of a line that are kept. */
const LINE_LENGTH = 500;
/** Between two writes. */
const WRITE_MS = 500;

/** The end of what a build says, kept beside the log of events while it goes on. */
export interface BuildLog extends AsyncDisposable {
  line(text: string): void;
  /** The last lines. */
  last(count: number): string[];
}

/** Begins the log of an attempt; with its first line what an earlier one said is gone. Disposing writes what has not been written yet. */
export function openBuildLog(
  { db, clock, log }: { readonly db: Db; readonly clock: Clock; readonly log: Logger },
  buildId: string,
): BuildLog {
  const lines: string[] = [];
  const ended = new AbortController();
  // What an earlier attempt said stays until this one says something: an image that is found makes no log.
  let dirty = false;
  const write = async (): Promise<void> => {
    if (!dirty) return;
    dirty = false;
    try {
      await sql`
        insert into build_logs (build_id, lines, updated_at) values (${buildId}, ${lines}::text[], now())
        on conflict (build_id) do update set lines = excluded.lines, updated_at = excluded.updated_at
      `.execute(db);
    } catch (error) {
      // The image is what counts; its log is for whoever looks on.
      log.warn('the log of a build could not be kept', { buildId, error: String(error) });
    }
  };
  const writing = (async () => {
    while (!ended.signal.aborted) {
      await write();
      await pause(clock, WRITE_MS, ended.signal);
    }
    await write();
  })();
  return {
    line(text) {
      lines.push(storable(text));
      if (lines.length > KEPT) lines.shift();
      dirty = true;
    },
    last: (count) => lines.slice(-count),
    async [Symbol.asyncDispose]() {
      ended.abort();
      await writing;
    },
  };
}

/** The lines of a build, oldest first; none when there is no such build. */
export async function readBuildLog(db: Db, buildId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ lines: string[] }>`select lines from build_logs where build_id = ${buildId}`.execute(db);
  return rows[0]?.lines ?? [];
}

/** `Step 3/7 : RUN npm ci`, of each of the builds that has come so far. */
export async function readSteps(db: Db, buildIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (buildIds.length === 0) return new Map();
  const { rows } = await sql<{ id: string; step: string }>`
    select build_id as id, (
      select line from unnest(lines) with ordinality as said (line, number)
      where line ~ '^Step [0-9]+/[0-9]+ :' order by number desc limit 1
    ) as step
    from build_logs where build_id = any(${buildIds}::text[])
  `.execute(db);
  return new Map(rows.filter(({ step }) => step !== null).map(({ id, step }) => [id, step]));
}

/** PostgreSQL holds no NUL, and no half of a surrogate pair; terminals' colours are no text. */
function storable(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\0', '\ufffd').slice(0, LINE_LENGTH).toWellFormed();
}
