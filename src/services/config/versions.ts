import type { ConfigVersion } from '../../domain/config/evolve.ts';
import { InvalidInput } from '../../domain/problem.ts';
import { type Db, sql } from '../../postgres/database.ts';

/** Which versions; lists that are empty exclude nothing. */
export interface VersionQuery {
  readonly appHost: string;
  readonly branch: string;
  readonly ids: readonly string[];
  readonly versionIds: readonly string[];
  readonly after: VersionCursor | undefined;
  /** Those that had been made by that position. */
  readonly until?: number | undefined;
  readonly limit: number;
}

/** The last version of the page before. */
export interface VersionCursor {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly versionId: string;
}

/**
 * Versions, the newest first, in the order in which the log has them: that is the order of their times, and it also tells
 * those of one millisecond apart. A cursor whose version is not there goes by its time.
 */
export async function readVersions(db: Db, query: VersionQuery): Promise<readonly ConfigVersion[]> {
  const { appHost, branch, ids, versionIds, after, until, limit } = query;
  const among = (column: string, values: readonly string[]): ReturnType<typeof sql> =>
    values.length === 0 ? sql`true` : sql`${sql.ref(column)} = any(${[...values]}::text[])`;
  const { rows } = await sql<{ state: ConfigVersion }>`
    select state from config_versions
    where app_host = ${appHost} and branch = ${branch} and ${among('config_id', ids)} and ${among('id', versionIds)}
      and ${after === undefined ? sql`true` : before(after)} and ${until === undefined ? sql`true` : sql`since <= ${until}`}
    order by since desc limit ${limit}
  `.execute(db);
  return rows.map(({ state }) => state);
}

function before({ createdAt, versionId }: VersionCursor): ReturnType<typeof sql> {
  const place = sql`(select since from config_versions where id = ${versionId})`;
  return sql`case when exists ${place} then since < ${place} else created_at < ${createdAt} end`;
}

/** `["2026-01-02T03:04:05.678Z","ver_…"]`. Throws InvalidInput when it is something else. */
export function parseCursor(text: string): VersionCursor {
  const [at, versionId] = arrayOf(text);
  const createdAt = typeof at === 'string' ? Date.parse(at) : at;
  if (typeof createdAt === 'number' && Number.isSafeInteger(createdAt) && typeof versionId === 'string') {
    return { createdAt, versionId };
  }
  const hint = 'the afterJson of the page before: ["2026-01-02T03:04:05.678Z","ver_…"]';
  throw new InvalidInput([{ field: 'afterJson', message: 'is not the time and the id of a version', hint }]);
}

/** The cursor to whatever comes after this version. */
export function cursorOf({ createdAt, versionId }: ConfigVersion): string {
  return JSON.stringify([new Date(createdAt).toISOString(), versionId]);
}

function arrayOf(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
