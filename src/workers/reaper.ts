import { pause, type Clock } from '../clock.ts';
import { findOrphans } from '../jobs/orphans.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Logger } from '../logger.ts';
import { sql, type Db } from '../postgres/database.ts';
import { SILENCE_MS, WORKER_LOCK } from './membership.ts';

const TICK_MS = 1_000;
/** Looks for orphans after a death: a job that the dead one had fetched but not claimed shows only after a second. */
const LOOKS_AFTER_DEATH = 3;
/** Without any death seen here, every so many ticks all the same. */
const LOOK_EVERY = 10;

export interface ReaperDeps {
  readonly db: Db;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Declares workers dead whose lock is gone or whose beat has stopped, and hands their jobs to the living. Every worker does it. */
export async function reap(deps: ReaperDeps): Promise<void> {
  const { db, queue, clock, log, signal } = deps;
  let looks = 1;
  for (let tick = 0; !signal.aborted; tick += 1) {
    try {
      const dead = await buryDead(db);
      if (dead.length > 0) {
        log.warn('workers declared dead', { workers: dead });
        looks = LOOKS_AFTER_DEATH;
      }
      if (looks > 0 || tick % LOOK_EVERY === 0) await handBackOrphans(db, queue, log);
      looks -= 1;
    } catch (error) {
      log.warn('the reaper could not look; it tries again', { error: String(error) });
    }
    await pause(clock, TICK_MS, signal);
  }
}

/** Removes their rows, which is what fences them: a command in their name is refused from now on. Their claims go with them. */
async function buryDead(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    delete from workers w
    where w.started_at < now() - interval '1 second'
      and (w.seen_at < now() - make_interval(secs => ${SILENCE_MS / 1_000})
        or not exists (
          select 1 from pg_locks l
          where l.locktype = 'advisory' and l.granted and l.objsubid = 2
            and l.classid = ${WORKER_LOCK} and l.objid = w.number
            and l.database = (select oid from pg_database where datname = current_database())))
    returning w.id
  `.execute(db);
  return rows.map(({ id }) => id);
}

async function handBackOrphans(db: Db, queue: JobQueue, log: Logger): Promise<void> {
  const orphans = await findOrphans(db);
  for (const [name, own] of Map.groupBy(orphans, (orphan) => orphan.queue)) {
    await queue.handBack(name, own);
    log.info('jobs of dead workers handed back', { queue: name, jobs: own.length });
  }
}
