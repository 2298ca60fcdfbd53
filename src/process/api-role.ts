import { createApp } from '../api/app.ts';
import { listen, type Server } from '../api/server.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../postgres/database.ts';
import { configService } from '../services/config/service.ts';
import type { NodePorts } from '../services/registry/nodes.ts';
import { openUserService } from '../services/user/service.ts';
import type { EventStore } from '../store/event-store.ts';

export interface ApiRoleOptions {
  readonly config: Config;
  readonly store: EventStore;
  readonly database: Database;
  readonly nodes: NodePorts;
  readonly log: Logger;
}

/** Answers HTTP in this process. */
export async function apiRole({ config, store, database, nodes, log }: ApiRoleOptions): Promise<Server> {
  const { ADMIN_SLUG: slug, ADMIN_PASSWORD: password, TOKEN_LIFE: tokenLifeSeconds, HOST: host, PORT: port } = config;
  const admin = { slug, password };
  const users = await openUserService({ db: database.db, store, clock: systemClock, admin, tokenLifeSeconds });
  const closing = new AbortController();
  const checks = { database: async (): Promise<void> => void (await store.head()) };
  const configs = configService({ store, db: database.db });
  const app = createApp({ store, users, nodes, configs, checks, log, closing: closing.signal });
  return listen(app, { host, port, closing });
}
