import type { Clock } from '../clock.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../postgres/database.ts';
import type { EventStore } from '../store/event-store.ts';
import type { EnginePool } from './engine-pool.ts';
import type { WorkerMembership } from './membership.ts';

/** The steps of starting a container, in order. Tests end the process after each of them. */
export type StartStep = 'claimed' | 'pulled' | 'created' | 'created-stored' | 'started' | 'started-stored';

/** What a worker works with. */
export interface WorkerDeps {
  readonly store: EventStore;
  readonly queue: JobQueue;
  readonly database: Database;
  readonly engines: EnginePool;
  readonly membership: WorkerMembership;
  readonly clock: Clock;
  readonly log: Logger;
  /** Owner label of our containers. */
  readonly installationId: string;
  /** Told when a step is done, before the next one begins. */
  readonly onStep?: ((step: StartStep, replicaId: string) => void) | undefined;
}
