import { createApp } from '../api/app.ts';
import { listen, type Server } from '../api/server.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../postgres/database.ts';
import type { Engine } from '../engine/engine.ts';
import { configService } from '../services/config/service.ts';
import { containerService } from '../services/container/service.ts';
import type { NodePorts } from '../services/registry/nodes.ts';
import { sourceService } from '../services/source/service.ts';
import { openUserService } from '../services/user/service.ts';
import { checkoutsRoot } from '../sources/checkouts.ts';
import type { EventStore } from '../store/event-store.ts';
import { readInstallation } from './installation.ts';
import { LOCAL_ENGINE } from './nodes.ts';

export interface ApiRoleOptions {
  readonly config: Config;
  readonly store: EventStore;
  readonly database: Database;
  readonly nodes: NodePorts;
  readonly engineAt: (url: string) => Engine;
  readonly log: Logger;
}

/** Answers HTTP in this process. */
export async function apiRole(options: ApiRoleOptions): Promise<Server> {
  const { config, store, database, nodes, engineAt, log } = options;
  const { ADMIN_SLUG: slug, ADMIN_PASSWORD: password, TOKEN_LIFE: tokenLifeSeconds, HOST: host, PORT: port } = config;
  const admin = { slug, password };
  const users = await openUserService({ db: database.db, store, clock: systemClock, admin, tokenLifeSeconds });
  const closing = new AbortController();
  const checks = { database: async (): Promise<void> => void (await store.head()) };
  const configs = configService({ store, db: database.db });
  const checkouts = checkoutsRoot();
  const sources = sourceService({ root: checkouts });
  const containers = containerService({
    store,
    engineAt,
    selfUrl: LOCAL_ENGINE,
    installationId: await readInstallation(database.db),
    checkouts,
  });
  const app = createApp({ store, users, nodes, configs, containers, sources, checks, log, closing: closing.signal });
  return listen(app, { host, port, closing });
}
