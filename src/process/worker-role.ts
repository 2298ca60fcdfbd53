import { systemClock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../postgres/database.ts';
import type { WorkerDeps } from '../workers/deps.ts';
import type { EnginePool } from '../workers/engine-pool.ts';
import { WorkerMembership } from '../workers/membership.ts';
import { DEFAULT_BUILDS } from './builds.ts';
import { type Binding, UNBOUND } from '../workers/pool/binding.ts';
import { rememberTemplates } from '../workers/templates.ts';
import { startWorker } from '../workers/worker.ts';
import { readInstallation } from './installation.ts';
import type { Foundation } from './store.ts';

export interface WorkerRoleOptions extends Foundation {
  readonly database: Database;
  readonly engines: EnginePool;
  readonly vault: WorkerDeps['vault'];
  readonly surroundings: WorkerDeps['surroundings'];
  readonly builds?: WorkerDeps['builds'];
  readonly log: Logger;
  readonly autoscaleIntervalMs: number;
  readonly binding?: Binding;
  readonly onStep?: WorkerDeps['onStep'];
}

/** Carries out jobs and watches nodes in this process. */
export async function workerRole(options: WorkerRoleOptions): Promise<AsyncDisposable> {
  const { database, log, binding = UNBOUND } = options;
  const membership = new WorkerMembership(database, systemClock, log, binding);
  const installationId = await readInstallation(database.db);
  const templates = rememberTemplates(options.store);
  const builds = options.builds ?? DEFAULT_BUILDS;
  return startWorker({ ...options, builds, membership, templates, clock: systemClock, installationId });
}
