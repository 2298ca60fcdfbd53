import { createApp } from '../api/app.ts';
import { listen, type Server } from '../api/server.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../postgres/database.ts';
import type { LatestDecision } from '../services/deploy/scaling-view.ts';
import type { FleetPorts } from '../services/fleet/service.ts';
import type { NodePorts } from '../services/registry/nodes.ts';
import { secretService } from '../services/secret/service.ts';
import { openUserService } from '../services/user/service.ts';
import type { EventStore } from '../store/event-store.ts';
import type { KeyRing } from '../vault/key-ring.ts';
import type { Vault } from '../vault/vault.ts';

export interface ApiRoleOptions {
  readonly config: Config;
  readonly store: EventStore;
  readonly database: Database;
  readonly nodes: NodePorts & FleetPorts;
  readonly vault: Vault;
  readonly keys: KeyRing;
  readonly latestDecision: LatestDecision;
  readonly log: Logger;
}

/** Answers HTTP in this process. */
export async function apiRole(options: ApiRoleOptions): Promise<Server> {
  const { config, store, database, nodes, vault, keys, latestDecision, log } = options;
  const { ADMIN_SLUG: slug, ADMIN_PASSWORD: password, TOKEN_LIFE: tokenLifeSeconds, HOST: host, PORT: port } = config;
  const admin = { slug, password };
  const users = await openUserService({ db: database.db, store, clock: systemClock, admin, tokenLifeSeconds });
  const closing = new AbortController();
  const checks = { database: async (): Promise<void> => void (await store.head()) };
  const secrets = secretService({ db: database.db, store, vault, keys });
  const { ALLOW_HOST_PATHS: allowHostPaths } = config;
  const app = createApp({
    store,
    users,
    nodes,
    secrets,
    allowHostPaths,
    latestDecision,
    checks,
    log,
    closing: closing.signal,
  });
  return listen(app, { host, port, closing });
}
