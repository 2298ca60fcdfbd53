import { BrokenArchive } from '../archive/verify-archive.ts';
import type { Config } from '../config.ts';
import type { KeptArchive } from '../domain/archive/archive.ts';
import type { Logger } from '../logger.ts';
import type { Db } from '../postgres/database.ts';
import { PROJECTIONS } from '../projections/all.ts';
import { readArchives } from '../store/archives.ts';
import type { EventRow } from '../store/recorded.ts';
import { replayProjections, type Difference } from '../store/replay.ts';
import { archivedRows } from './archive/read.ts';
import { openMigrated } from './database.ts';

/** Characters of a differing row that are shown. */
const SHOWN = 300;

/**
 * `deploy-svc projections verify` holds the rows against a replay of the log; `rebuild` also puts the replayed rows in
 * their place. Returns the exit code: 1 when verify found a difference.
 */
export async function projectionsCommand(
  { action, archives }: { readonly action: 'rebuild' | 'verify'; readonly archives: string | undefined },
  config: Config,
  log: Logger,
): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const { db } = await openMigrated(stack, config, log);
  const archived = await readArchives(db);
  if (archived.length > 0 && archives === undefined) {
    process.stderr.write(`Error: ${notWhole(archived, action)}`);
    return 2;
  }
  try {
    return await replay(db, action, archives === undefined ? undefined : archivedRows(archives, archived));
  } catch (error) {
    if (!(error instanceof BrokenArchive)) throw error;
    process.stderr.write(`Error: ${error.message}\nnothing was changed\n`);
    return 1;
  }
}

/** A replay is one of the whole log. */
function notWhole(archived: readonly KeptArchive[], action: string): string {
  const files = archived.map(({ file }) => file).join(', ');
  return `positions 1 to ${archived.at(-1)?.last ?? 0} of the log are in archives: ${files}
next: deploy-svc projections ${action} --archives DIR
`;
}

async function replay(
  db: Db,
  action: 'rebuild' | 'verify',
  archived: AsyncIterable<readonly EventRow[]> | undefined,
): Promise<number> {
  const swap = action === 'rebuild';
  let told = 0;
  const { events, differences } = await replayProjections(db, PROJECTIONS, {
    swap,
    archived,
    onProgress(position, head) {
      if (Date.now() - told < 1_000) return;
      told = Date.now();
      process.stderr.write(`replayed ${position} of ${head} events\n`);
    },
  });
  for (const difference of differences) process.stdout.write(describe(difference));
  const result = differences.length === 0 ? 'identical' : `${differences.length} tables differed, each first row above`;
  process.stdout.write(`${events} events replayed: ${result}${swap ? '; the replayed rows are in place' : ''}\n`);
  if (differences.length > 0 && !swap) {
    process.stdout.write('next: "deploy-svc projections rebuild" puts the rows of the log in their place\n');
  }
  return differences.length > 0 && !swap ? 1 : 0;
}

function describe({ table, id, live, replayed }: Difference): string {
  const shown = (content: string | undefined): string => (content === undefined ? '(no row)' : content.slice(0, SHOWN));
  return `${table} ${id}\n  has ${shown(live)}\n  log ${shown(replayed)}\n`;
}
