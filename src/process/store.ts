import { systemClock } from '../clock.ts';
import { openJobQueue, type JobQueue } from '../jobs/queue.ts';
import { jobsFor } from '../jobs/reactions.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../postgres/database.ts';
import { PROJECTIONS } from '../projections/all.ts';
import type { EventStore } from '../store/event-store.ts';
import { openStore } from '../store/postgres-store.ts';
import { observedQueue } from '../telemetry/queue.ts';
import { observedEffects, observedStore } from '../telemetry/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export interface Foundation {
  readonly store: EventStore;
  readonly queue: JobQueue;
}

/** The log with its projections, and the queues that its events fill: what every process stands on. */
export async function openFoundation(
  stack: AsyncDisposableStack,
  database: Database,
  { works, log, telemetry }: { readonly works: boolean; readonly log: Logger; readonly telemetry?: Telemetry },
): Promise<Foundation> {
  const onError = (error: Error): void => log.warn('the job queue reports', { error: error.message });
  const bare = stack.use(await openJobQueue({ url: database.url, onError, works }));
  const queue = telemetry === undefined ? bare : observedQueue(bare, telemetry);
  const send = async (tx: Parameters<JobQueue['sendIn']>[0], events: Parameters<typeof jobsFor>[0]): Promise<void> =>
    queue.sendIn(tx, jobsFor(events));
  const effects = telemetry === undefined ? send : observedEffects(send, telemetry);
  const store = stack.use(openStore({ database, clock: systemClock, projections: PROJECTIONS, effects }));
  return { store: telemetry === undefined ? store : observedStore(store, telemetry), queue };
}
