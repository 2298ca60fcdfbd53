import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { PROJECTIONS } from '../projections/all.ts';
import { replayProjections, type Difference } from '../store/replay.ts';
import { openMigrated } from './database.ts';

/** Characters of a differing row that are shown. */
const SHOWN = 300;

/**
 * `deploy-svc projections verify` holds the rows against a replay of the log; `rebuild` also puts the replayed rows in
 * their place. Returns the exit code: 1 when verify found a difference.
 */
export async function projectionsCommand(action: 'rebuild' | 'verify', config: Config, log: Logger): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const { db } = await openMigrated(stack, config, log);
  const swap = action === 'rebuild';
  let told = 0;
  const { events, differences } = await replayProjections(db, PROJECTIONS, {
    swap,
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
