import { openDatabase, sql, type Db } from '../../../src/postgres/database.ts';
import { isUnreachable } from '../../../src/store/failure.ts';
import type { Answer, OpenLog, RacedCommand, Seen } from './raced-log.ts';

/**
 * The planted mistake: positions from a sequence, and readers that trust them. A number is given out before its
 * transaction commits, so a reader passes by what commits late.
 */
export function sequenceLog(url: string): OpenLog {
  return (applicationName) => {
    const database = openDatabase({ url, applicationName, max: 2, onError: () => undefined });
    const { db } = database;
    return {
      write: (command) => write(db, command),
      versionOf: async () => 0,
      follow: (from, signal) => follow(db, from, signal),
      head: async () => (await readPage(db, 0, 'desc', 1))[0]?.position ?? 0,
      all: () => readPage(db, 0, 'asc', 1_000_000),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    };
  };
}

/** The table of the planted log. */
export async function createSequenceLog(url: string): Promise<void> {
  await using database = openDatabase({ url, applicationName: 'test', onError: () => undefined });
  await sql`create table sequence_log (position bigserial primary key, marker text not null unique)`.execute(
    database.db,
  );
}

class RolledBack extends Error {}

async function write(db: Db, { kind, markers }: RacedCommand): Promise<Answer> {
  if (kind === 'stale') return 'refused';
  try {
    await db.transaction().execute(async (tx) => {
      for (const marker of markers) await sql`insert into sequence_log (marker) values (${marker})`.execute(tx);
      if (kind === 'poison') throw new RolledBack();
    });
    return 'accepted';
  } catch (error) {
    if (error instanceof RolledBack) return 'refused';
    if (isUnreachable(error)) return 'unknown';
    // Asked again after its connection broke: it had been stored.
    if (error instanceof Error && error.message.includes('sequence_log_marker_key')) return 'accepted';
    throw error;
  }
}

async function* follow(db: Db, from: number, signal: AbortSignal): AsyncIterable<Seen> {
  let after = from;
  while (!signal.aborted) {
    const page = await readPage(db, after, 'asc', 500).catch((error: unknown) => {
      if (!isUnreachable(error)) throw error;
      return [];
    });
    yield* page;
    after = page.at(-1)?.position ?? after;
  }
}

async function readPage(db: Db, after: number, order: 'asc' | 'desc', limit: number): Promise<readonly Seen[]> {
  const { rows } = await sql<{ position: string; marker: string }>`
    select position, marker from sequence_log where position > ${after} order by position ${sql.raw(order)} limit ${limit}
  `.execute(db);
  return rows.map(({ position, marker }) => ({ position: Number(position), marker }));
}
