import { type AppDeps, createApp } from '../api/app.ts';
import { listen, type Server } from '../api/server.ts';
import { systemClock } from '../clock.ts';
import { type Config, DEFAULT_ADMIN_PASSWORD } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../postgres/database.ts';
import { allServices, type ServicePorts } from '../services/all.ts';
import { hasPassword } from '../services/user/accounts.ts';
import { openUserService } from '../services/user/service.ts';
import { instanceBeats } from '../services/registry/instance-beats.ts';
import { watchSilence } from '../services/registry/watch-silence.ts';
import { checkoutsRoot } from '../sources/checkouts.ts';
import { latestDecision } from '../workers/autoscale/latest-decision.ts';
import type { EnginePool } from '../workers/engine-pool.ts';
import { readRoster } from '../workers/pool/roster.ts';
import { gpuReadings } from '../workers/watch/gpu-telemetry.ts';
import { heartbeats } from '../workers/watch/heartbeat.ts';
import { capacityOf } from './capacity.ts';
import { isStrict, refuseKnownPassword } from './insecure-defaults.ts';
import { readInstallation } from './installation.ts';
import { LOCAL_ENGINE } from './nodes.ts';

export interface ApiRoleOptions extends Pick<ServicePorts, 'store' | 'vault' | 'keys'> {
  readonly config: Config;
  readonly database: Database;
  readonly engines: EnginePool;
  readonly log: Logger;
}

/** Answers HTTP in this process, until the stack is disposed. */
export async function apiRole(stack: AsyncDisposableStack, options: ApiRoleOptions): Promise<Server> {
  const { config, store, database, engines, log } = options;
  const { ADMIN_SLUG: slug, ADMIN_PASSWORD: password, TOKEN_LIFE: tokenLifeSeconds, HOST: host, PORT: port } = config;
  const { db } = database;
  const users = await openUserService({ db, store, clock: systemClock, admin: { slug, password }, tokenLifeSeconds });
  if (isStrict(config) && (await hasPassword({ db }, { slug, password: DEFAULT_ADMIN_PASSWORD }))) {
    refuseKnownPassword(config);
  }
  const nodes = nodePorts(options);
  stack.use(watchSilence({ store, beats: nodes.beats, clock: systemClock, log }));
  const handlers = allServices({
    ...options,
    db,
    users,
    nodes,
    allowHostPaths: config.ALLOW_HOST_PATHS,
    latestDecision: (id) => latestDecision(db, id),
    engineAt: (url) => engines.at(url),
    selfUrl: LOCAL_ENGINE,
    installationId: await readInstallation(db),
    checkouts: { root: checkoutsRoot() },
  });
  const closing = new AbortController();
  const checks = { database: async (): Promise<void> => void (await store.head()) };
  const { limits, trustProxy, requestTimeoutMs } = doorOf(config);
  const shared = { authenticator: users, store, checks, log, closing: closing.signal };
  const app = createApp({ handlers, ...shared, limits, trustProxy });
  return stack.use(await listen(app, { host, port, closing, requestTimeoutMs }));
}

/** What the settings let in. */
function doorOf(config: Config): Required<Pick<AppDeps, 'limits' | 'trustProxy'>> & { requestTimeoutMs: number } {
  const { MAX_BODY_BYTES: maxBodyBytes, MAX_IN_FLIGHT: maxInFlight, MAX_STREAMS: maxStreams } = config;
  return {
    limits: { maxBodyBytes, maxInFlight, maxStreams },
    trustProxy: config.TRUST_PROXY.length === 0 ? false : config.TRUST_PROXY,
    requestTimeoutMs: config.REQUEST_TIMEOUT_SECONDS * 1_000,
  };
}

/** What the registry is told of engines and workers. */
function nodePorts({ database: { db }, engines, log }: ApiRoleOptions): ServicePorts['nodes'] {
  return {
    // An address that cannot be an engine's is the asker's mistake, told like one that does not answer.
    capacityOf: async (url) => capacityOf(engines.at(url), log),
    heartbeats: () => heartbeats(db),
    beats: instanceBeats(db),
    gpuReadings: () => gpuReadings(db),
    selfUrl: LOCAL_ENGINE,
    roster: () => readRoster(db),
    now: () => systemClock.now(),
  };
}
