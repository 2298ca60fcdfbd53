import { systemClock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../postgres/database.ts';
import { plan } from '../planner/planner.ts';
import { observedPlanner } from '../telemetry/plan.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
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
  readonly checkpoints: WorkerDeps['checkpoints'];
  readonly webhooks: WorkerDeps['webhooks'];
  readonly binding?: Binding;
  readonly telemetry: Telemetry;
  /** Where others reach this process' measurements. */
  readonly metricsAddress?: string | undefined;
  readonly onStep?: WorkerDeps['onStep'];
  readonly routers?: WorkerDeps['routers'];
}

/** Carries out jobs and watches nodes in this process. */
export async function workerRole(options: WorkerRoleOptions): Promise<AsyncDisposable> {
  const { database, log, telemetry, metricsAddress, binding = UNBOUND } = options;
  const membership = new WorkerMembership(database, systemClock, log, { ...binding, metricsAddress });
  const installationId = await readInstallation(database.db);
  const templates = rememberTemplates(options.store);
  const builds = options.builds ?? DEFAULT_BUILDS;
  return startWorker({
    ...options,
    builds,
    membership,
    templates,
    clock: systemClock,
    installationId,
    plan: observedPlanner(plan, telemetry),
    onDelivery: (outcome) => telemetry.metrics.count('webhook_attempts_total', { outcome }),
    onProbe: (check, outcome) => telemetry.metrics.count('probe_checks_total', { check, outcome }),
  });
}
