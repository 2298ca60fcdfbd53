import { createHash } from 'node:crypto';

import type { ProxyRoute } from '../../api/contract/proxy.ts';
import { decideRemoveRoute, decideSaveRoute } from '../../domain/route/decide.ts';
import type { RouteState } from '../../domain/route/evolve.ts';
import { parseRoutes } from '../../domain/route/parse.ts';
import type { Db } from '../../postgres/database.ts';
import { loadTable } from '../../routers/load-table.ts';
import { traefikConfiguration } from '../../routers/traefik/configuration.ts';
import { notePoll } from '../../routers/traefik/poll.ts';
import type { EventStore } from '../../store/event-store.ts';
import { carryOutAll } from '../carry-out-all.ts';
import type { Handlers } from '../handler.ts';

export interface ProxyPorts {
  readonly store: EventStore;
  readonly db: Db;
  /** What host names of deployments end with. */
  readonly domains: readonly string[];
}

type Operations = 'saveRoutes' | 'listRoutes' | 'removeRoutes' | 'listCerts' | 'traefikConfiguration';

/** Proxy Svc: where the requests of hosts go to. */
export function proxyService({ store, db, domains }: ProxyPorts): Handlers<Operations> {
  return {
    async saveRoutes(request) {
      const saves = parseRoutes(request.body);
      const targets = saves.map((save) => ({
        id: save.id,
        decide: (state: RouteState | undefined) => decideSaveRoute(state, save),
      }));
      const position = await carryOutAll<RouteState>(store, request, 'route', targets);
      return {
        body: {
          routes: await readRoutes(
            store,
            saves.map(({ id }) => id),
          ),
        },
        position,
      };
    },
    listRoutes: async ({ body, past = store }) => ({ body: { routes: await readRoutes(past, body.ids ?? []) } }),
    async removeRoutes(request) {
      const targets = [...new Set(request.body.ids ?? [])].map((id) => ({ id, decide: decideRemoveRoute }));
      return { body: {}, position: await carryOutAll<RouteState>(store, request, 'route', targets) };
    },
    // Nothing here ends TLS: certificates come with the gateway.
    listCerts: async () => ({ body: { certs: [] } }),
    async traefikConfiguration({ query: { id: name, interval }, address: host }) {
      const table = await loadTable(store);
      const { position } = table;
      await notePoll(db, { name, host, interval, position });
      const body = traefikConfiguration(table, domains);
      const etag = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 32);
      return { body, position, etag };
    },
  };
}

/** All of them without ids. */
async function readRoutes(store: Pick<EventStore, 'rows'>, ids: readonly string[]): Promise<ProxyRoute[]> {
  const rows = await store.rows<RouteState>('routes', { removed: 'false', ...(ids.length === 0 ? {} : { id: ids }) });
  return rows.map(({ state: { id, target, createdAt, updatedAt } }) => ({
    id,
    target,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  }));
}
