import { systemClock } from '../clock.ts';
import { openJobQueue, type JobQueue } from '../jobs/queue.ts';
import { jobsFor } from '../jobs/reactions.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../postgres/database.ts';
import { PROJECTIONS } from '../projections/all.ts';
import type { EventStore } from '../store/event-store.ts';
import { openStore } from '../store/postgres-store.ts';

export interface Foundation {
  readonly store: EventStore;
  readonly queue: JobQueue;
}

/** The log with its projections, and the queues that its events fill: what every process stands on. */
export async function openFoundation(
  stack: AsyncDisposableStack,
  database: Database,
  { works, log }: { readonly works: boolean; readonly log: Logger },
): Promise<Foundation> {
  const onError = (error: Error): void => log.warn('the job queue reports', { error: error.message });
  const queue = stack.use(await openJobQueue({ url: database.url, onError, works }));
  const effects = async (tx: Parameters<JobQueue['sendIn']>[0], events: Parameters<typeof jobsFor>[0]): Promise<void> =>
    queue.sendIn(tx, jobsFor(events));
  const store = stack.use(openStore({ database, clock: systemClock, projections: PROJECTIONS, effects }));
  return { store, queue };
}
