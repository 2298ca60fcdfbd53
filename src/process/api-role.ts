import { type AppDeps, createApp } from '../api/app.ts';
import { execUpgrade } from '../api/exec-upgrade.ts';
import { listen, type Server } from '../api/server.ts';
import { systemClock } from '../clock.ts';
import { type Config, DEFAULT_ADMIN_PASSWORD } from '../config.ts';
import { countDead, readDead } from '../jobs/dead-letters.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../postgres/database.ts';
import { allServices, type ServicePorts, streamPorts } from '../services/all.ts';
import { scraperAuthenticator } from '../services/observability/scraper.ts';
import { instanceTargets, workerTargets } from '../services/observability/targets.ts';
import { hasPassword } from '../services/user/accounts.ts';
import { openUserService } from '../services/user/service.ts';
import { instanceBeats } from '../services/registry/instance-beats.ts';
import { watchSilence } from '../services/registry/watch-silence.ts';
import { checkoutsRoot } from '../sources/checkouts.ts';
import { gatewayDomains } from './gateway-domains.ts';
import { readRouters } from '../routers/roster.ts';
import { observeRequests } from '../telemetry/http.ts';
import { tellInstallation } from '../telemetry/installation.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { latestDecision } from '../workers/autoscale/latest-decision.ts';
import { versionTraffic } from '../services/deploy/version-traffic.ts';
import type { EnginePool } from '../workers/engine-pool.ts';
import { SILENCE_MS } from '../workers/membership.ts';
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
  readonly queue: JobQueue;
  readonly telemetry: Telemetry;
}

/** Answers HTTP in this process, until the stack is disposed. */
export async function apiRole(stack: AsyncDisposableStack, options: ApiRoleOptions): Promise<Server> {
  const { config, store, database, engines, log, telemetry } = options;
  const { ADMIN_SLUG: slug, ADMIN_PASSWORD: password, TOKEN_LIFE: tokenLifeSeconds, HOST: host, PORT: port } = config;
  const { db } = database;
  const { SESSION_LIFE: sessionLifeSeconds } = config;
  const admin = { slug, password };
  const users = await openUserService({ db, store, clock: systemClock, admin, tokenLifeSeconds, sessionLifeSeconds });
  if (isStrict(config) && (await hasPassword({ db }, { slug, password: DEFAULT_ADMIN_PASSWORD }))) {
    refuseKnownPassword(config);
  }
  const nodes = nodePorts(options);
  stack.use(watchSilence({ store, beats: nodes.beats, clock: systemClock, log }));
  const ports: ServicePorts = {
    ...options,
    db,
    users,
    nodes,
    allowHostPaths: config.ALLOW_HOST_PATHS,
    latestDecision: (id) => latestDecision(db, id),
    readTraffic: (id) => versionTraffic(db, id),
    engineAt: (url) => engines.at(url),
    selfUrl: LOCAL_ENGINE,
    installationId: await readInstallation(db),
    checkouts: { root: checkoutsRoot() },
    linkLocal: config.WEBHOOK_LINK_LOCAL,
    domains: gatewayDomains(config),
    observability: observabilityPorts(options),
  };
  const streams = streamPorts(ports);
  const closing = new AbortController();
  const { limits, trustProxy, requestTimeoutMs } = doorOf(config);
  const app = createApp({
    handlers: allServices(ports, streams),
    streams,
    authenticator: users,
    store,
    installationId: ports.installationId,
    checks: { database: async () => void (await store.head()) },
    log,
    closing: closing.signal,
    scraper: scraperAuthenticator(config.METRICS_TOKEN),
    observe: observeRequests(telemetry),
    limits,
    trustProxy,
  });
  const upgrade = execUpgrade({ ...streams, authenticator: users, closing: closing.signal, log });
  return stack.use(await listen(app, { host, port, closing, upgrade, requestTimeoutMs }));
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

/** What is told of the product's own work; the readings of the installation are told with this process' own. */
function observabilityPorts(options: ApiRoleOptions): ServicePorts['observability'] {
  const { database, store, queue, telemetry } = options;
  const { db } = database;
  tellInstallation(telemetry.metrics, { db, store, queue, silenceMs: SILENCE_MS });
  const count = async (): Promise<number> => [...(await countDead(db)).values()].reduce((sum, each) => sum + each, 0);
  return {
    deadLetters: { read: (limit) => readDead(db, limit), count, retry: (ids) => queue.retryDead(ids) },
    expose: async () => (await telemetry.metrics.expose()).text,
    instanceTargets: (filter) => instanceTargets(db, filter),
    workerTargets: () => workerTargets(db, SILENCE_MS),
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
    routers: () => readRouters(db),
    now: () => systemClock.now(),
  };
}
