import { createApp } from '../../src/api/app.ts';
import { type Client, createClient } from '../../src/api/client.ts';
import { execUpgrade } from '../../src/api/exec-upgrade.ts';
import type { Limits } from '../../src/api/limits/limits.ts';
import { listen } from '../../src/api/server.ts';
import { systemClock, type Clock } from '../../src/clock.ts';
import type { NodeCapacity } from '../../src/domain/node/events.ts';
import { allServices, type ServicePorts, streamPorts } from '../../src/services/all.ts';
import type { LogReader } from '../../src/services/log/reader.ts';
import { openMetrics } from '../../src/metrics/metrics.ts';
import { instanceTargets, workerTargets } from '../../src/services/observability/targets.ts';
import { instanceBeats } from '../../src/services/registry/instance-beats.ts';
import { openUserService, type UserService } from '../../src/services/user/service.ts';
import { keyRing } from '../../src/vault/key-ring.ts';
import { openVault } from '../../src/vault/vault.ts';
import { latestDecision } from '../../src/workers/autoscale/latest-decision.ts';
import { versionTraffic } from '../../src/services/deploy/version-traffic.ts';
import type { CheckoutOptions } from '../../src/sources/check-out.ts';
import { enginePool } from '../../src/workers/engine-pool.ts';
import { testStore, type TestStore } from './store.ts';

export const ADMIN = { slug: '1backend', password: 'changeme' } as const;
export const CAPACITY: NodeCapacity = {
  cpuMillis: 4_000,
  memoryBytes: 8 * 1024 ** 3,
  gpus: [{ name: 'A100', vramBytes: 80 * 1024 ** 3 }],
};

export interface TestApi extends TestStore {
  readonly url: string;
  readonly users: UserService;
  /** Without a token. */
  readonly anybody: Client;
  readonly admin: Client;
  readonly adminToken: string;
  /** What the nodes' engines last said of themselves; tests write it. */
  readonly heartbeats: Map<string, Date>;
  /** What the API wrote as errors. */
  readonly errors: unknown[];
  /** What else it wrote to its log. */
  readonly logged: unknown[];
  /** A client with that token. */
  client(token: string): Client;
  /** A client of a new account. */
  register(slug: string): Promise<Client>;
  /** The whole of an answer, by fetch. */
  readonly send: (method: string, path: string, options?: SendOptions) => Promise<Sent>;
}

export interface SendOptions {
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Sent {
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined for an empty body. */
  readonly json: unknown;
}

export interface TestApiOptions {
  readonly clock?: Clock;
  readonly tokenLifeSeconds?: number;
  readonly sessionLifeSeconds?: number;
  /** 32 bytes; the default key without. */
  readonly secretKey?: Buffer;
  readonly allowHostPaths?: readonly string[];
  /** Taken over, disposal included. */
  readonly world?: TestStore;
  /** Whose containers are its own. */
  readonly installationId?: string;
  /** Where checkouts lie; nowhere by default. */
  readonly checkouts?: string;
  /** Instead of the output of containers. */
  readonly logs?: LogReader;
  readonly limits?: Partial<Limits>;
  readonly requestTimeoutMs?: number;
  readonly trustProxy?: string[];
  /** What one may cost. */
  readonly sources?: Omit<CheckoutOptions, 'root'>;
}

/** The API on a store and a database of its own; every answer is held against the contract. */
export async function testApi(options: TestApiOptions = {}): Promise<TestApi> {
  const stack = new AsyncDisposableStack();
  const clock = options.clock ?? systemClock;
  const world = stack.use(options.world ?? (await testStore()));
  const engines = stack.use(enginePool());
  const metrics = stack.use(openMetrics({ version: 'test', onError: (error) => void errors.push(error) }));
  const closing = new AbortController();
  const heartbeats = new Map<string, Date>();
  const errors: unknown[] = [];
  const logged: unknown[] = [];
  const users = await openUserService({
    db: world.database.db,
    store: world.store,
    clock,
    admin: ADMIN,
    ...(options.tokenLifeSeconds === undefined ? {} : { tokenLifeSeconds: options.tokenLifeSeconds }),
    ...(options.sessionLifeSeconds === undefined ? {} : { sessionLifeSeconds: options.sessionLifeSeconds }),
  });
  const keys = keyRing(options.secretKey);
  const vault = await openVault(world.database.db, keys);
  const ports: ServicePorts = {
    store: world.store,
    db: world.database.db,
    users,
    vault,
    keys,
    allowHostPaths: options.allowHostPaths ?? [],
    latestDecision: (id) => latestDecision(world.database.db, id),
    readTraffic: (id) => versionTraffic(world.database.db, id),
    nodes: {
      capacityOf,
      heartbeats: async () => heartbeats,
      selfUrl: 'simulated://self',
      roster: async () => ({ workers: [], unserved: [] }),
      routers: async () => [],
      now: () => clock.now(),
      beats: instanceBeats(world.database.db),
    },
    observability: {
      deadLetters: { read: async () => [], count: async () => 0, retry: async () => 0 },
      expose: async () => (await metrics.expose()).text,
      instanceTargets: (filter) => instanceTargets(world.database.db, filter),
      workerTargets: () => workerTargets(world.database.db, 6_000),
    },
    engineAt: (url) => engines.at(url),
    selfUrl: 'simulated://self',
    linkLocal: false,
    installationId: options.installationId ?? 'test-installation',
    checkouts: { root: options.checkouts ?? '/nowhere/checkouts', ...options.sources },
    domains: ['localhost'],
  };
  const streams = { ...streamPorts(ports), ...(options.logs && { logs: options.logs }) };
  const log = {
    debug: (message: string, fields?: object) => void logged.push({ message, ...fields }),
    error: (message: string, fields?: object) => void errors.push({ message, ...fields }),
  };
  const app = createApp({
    handlers: allServices(ports, streams),
    streams,
    authenticator: users,
    store: world.store,
    installationId: ports.installationId,
    checks: { database: async () => void (await world.store.head()) },
    log,
    closing: closing.signal,
    checkResponses: true,
    limits: options.limits ?? {},
    trustProxy: options.trustProxy ?? false,
  });
  const upgrade = execUpgrade({ ...streams, authenticator: users, closing: closing.signal, log });
  const { requestTimeoutMs } = options;
  const timeout = requestTimeoutMs === undefined ? {} : { requestTimeoutMs };
  const server = stack.use(await listen(app, { host: '127.0.0.1', port: 0, closing, upgrade, ...timeout }));
  const anybody = createClient({ baseUrl: server.url });
  const { body } = await anybody.call('login', { body: { ...ADMIN, appHost: 'unnamed' } });
  return {
    ...world,
    url: server.url,
    users,
    anybody,
    adminToken: body.token.token,
    admin: createClient({ baseUrl: server.url, token: body.token.token }),
    heartbeats,
    errors,
    logged,
    client: (token) => createClient({ baseUrl: server.url, token }),
    async register(slug) {
      const answer = await anybody.call('register', { body: { slug, password: `${slug}-password` } });
      return createClient({ baseUrl: server.url, token: answer.body.token.token });
    },
    send: (method, path, sent) => send(server.url, method, path, sent),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** An engine of that size behind every URL but the ones that say they are down. */
async function capacityOf(url: string): Promise<NodeCapacity> {
  if (url.includes('down')) throw new Error('connect ECONNREFUSED');
  return CAPACITY;
}

async function send(base: string, method: string, path: string, options: SendOptions = {}): Promise<Sent> {
  const headers = new Headers(options.headers);
  if (options.token !== undefined) headers.set('authorization', `Bearer ${options.token}`);
  const init = options.body === undefined ? {} : { body: options.body };
  const response = await fetch(base + path, { method, headers, ...init });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true && text !== '';
  return {
    status: response.status,
    reason: response.statusText,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}
