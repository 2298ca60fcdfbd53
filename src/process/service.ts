import { resolve } from 'node:path';

import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { auditKey } from '../domain/audit/checkpoint.ts';
import type { Logger } from '../logger.ts';
import { PROJECTIONS } from '../projections/all.ts';
import { openStore } from '../store/postgres-store.ts';
import { enginePool } from '../workers/engine-pool.ts';
import { keyRing } from '../vault/key-ring.ts';
import { openVault } from '../vault/vault.ts';
import { type Binding, UNBOUND } from '../workers/pool/binding.ts';
import { observedEngines } from '../telemetry/engines.ts';
import { buildSettings } from './builds.ts';
import { openMigrated, openUnmigrated } from './database.ts';
import { registerConfigured } from './nodes.ts';
import { openFoundation } from './store.ts';
import { surroundingsOf } from './surroundings.ts';
import { openTelemetry, tellMetrics } from './telemetry.ts';
import type { WorkerRoleOptions } from './worker-role.ts';

export interface Service extends AsyncDisposable {
  /** Where the API listens, when this process has that role. */
  readonly url: string | undefined;
  /** Where requests to deployments are let in, when this process has that role. */
  readonly gatewayUrl: string | undefined;
  /** Where the database is reached: further processes join by it. */
  readonly databaseUrl: string;
}

/**
 * Starts the roles of the settings in this process, in order, and ends them in the reverse order. What the other roles are made
 * of is not loaded: it takes half the time of a worker's start.
 */
export async function startService(
  config: Config,
  log: Logger,
  hooks: Pick<WorkerRoleOptions, 'onStep' | 'routers'> = {},
): Promise<Service> {
  await using stack = new AsyncDisposableStack();
  const works = config.ROLES.includes('worker');
  if (!works && !config.ROLES.includes('api')) return await startGateway(config, log);
  const telemetry = await openTelemetry(stack, config, log);
  const database = await openMigrated(stack, config, log);
  const { store, queue } = await openFoundation(stack, database, { works, log, telemetry });
  const keys = keyRing(config.SECRET_KEY, config.SECRET_KEY_PREVIOUS);
  const vault = await openVault(database.db, keys);
  const tls = config.DOCKER_CERT_DIR === undefined ? undefined : { directory: resolve(config.DOCKER_CERT_DIR) };
  const engines = stack.use(observedEngines(enginePool({ tls, insecureTcp: config.DOCKER_INSECURE_TCP }), telemetry));
  const metricsAddress = await tellMetrics(stack, config, telemetry);
  if (works) {
    const surroundings = surroundingsOf(config, process.env);
    await registerConfigured(config, { store, engines, log });
    const autoscaleIntervalMs = config.AUTOSCALE_INTERVAL_SECONDS * 1_000;
    const binding = bindingOf(config);
    const builds = buildSettings(config);
    const deps = { store, queue, database, engines, vault, surroundings, builds, log, telemetry, metricsAddress };
    const checkpoints = {
      key: auditKey(keys.current.raw),
      file: config.CHECKPOINT_FILE,
      webhook: config.CHECKPOINT_WEBHOOK,
    };
    const webhooks = { linkLocal: config.WEBHOOK_LINK_LOCAL };
    const { workerRole } = await import('./worker-role.ts');
    stack.use(await workerRole({ ...deps, binding, autoscaleIntervalMs, checkpoints, webhooks, ...hooks }));
  }
  const server = config.ROLES.includes('api')
    ? await (
        await import('./api-role.ts')
      ).apiRole(stack, { config, store, queue, database, engines, vault, keys, log, telemetry })
    : undefined;
  const gateway = config.ROLES.includes('gateway')
    ? await (await import('./gateway-role.ts')).gatewayRole(stack, { config, database, store, log, telemetry })
    : undefined;
  const whole = stack.move();
  log.info('ready', { roles: config.ROLES, ...(server === undefined ? {} : { url: server.url }) });
  return {
    url: server?.url,
    gatewayUrl: gateway?.url,
    databaseUrl: database.url,
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
}

/** A gateway alone needs no more than to read the log, has no secrets, and starts without the database too. */
async function startGateway(config: Config, log: Logger): Promise<Service> {
  await using stack = new AsyncDisposableStack();
  const telemetry = await openTelemetry(stack, config, log);
  const database = await openUnmigrated(stack, config, log);
  const effects = async (): Promise<void> => undefined;
  const store = stack.use(openStore({ database, clock: systemClock, projections: PROJECTIONS, effects }));
  await tellMetrics(stack, config, telemetry);
  const { gatewayRole } = await import('./gateway-role.ts');
  const gateway = await gatewayRole(stack, { config, database, store, log, telemetry });
  const whole = stack.move();
  log.info('ready', { roles: config.ROLES });
  return {
    url: undefined,
    gatewayUrl: gateway.url,
    databaseUrl: database.url,
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
}

/** The part of the work that the settings give to this process' worker. */
function bindingOf({ CLUSTERS, QUEUES, WATCH }: Config): Binding {
  return { clusters: CLUSTERS, queues: QUEUES.length === 0 ? UNBOUND.queues : QUEUES, watches: WATCH };
}
