import { resolve } from 'node:path';

import type { Config } from '../config.ts';
import { auditKey } from '../domain/audit/checkpoint.ts';
import type { Logger } from '../logger.ts';
import { enginePool } from '../workers/engine-pool.ts';
import { keyRing } from '../vault/key-ring.ts';
import { openVault } from '../vault/vault.ts';
import { type Binding, UNBOUND } from '../workers/pool/binding.ts';
import { observedEngines } from '../telemetry/engines.ts';
import { buildSettings } from './builds.ts';
import { openMigrated } from './database.ts';
import { registerConfigured } from './nodes.ts';
import { openFoundation } from './store.ts';
import { surroundingsOf } from './surroundings.ts';
import type { Service } from './running-service.ts';
import { openTelemetry, tellMetrics } from './telemetry.ts';
import type { WorkerRoleOptions } from './worker-role.ts';

/** API and worker, one or both, and a gateway beside them where the settings say so: in order, and ended in the reverse order. */
export async function startControlPlane(
  config: Config,
  log: Logger,
  hooks: Pick<WorkerRoleOptions, 'onStep' | 'routers'> = {},
): Promise<Service> {
  await using stack = new AsyncDisposableStack();
  const works = config.ROLES.includes('worker');
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

/** The part of the work that the settings give to this process' worker. */
function bindingOf({ CLUSTERS, QUEUES, WATCH }: Config): Binding {
  return { clusters: CLUSTERS, queues: QUEUES.length === 0 ? UNBOUND.queues : QUEUES, watches: WATCH };
}
