import type { ProxyRoute } from '../../api/contract/proxy.ts';
import { decideRemoveRoute, decideSaveRoute } from '../../domain/route/decide.ts';
import type { RouteState } from '../../domain/route/evolve.ts';
import { parseRoutes } from '../../domain/route/parse.ts';
import type { EventStore } from '../../store/event-store.ts';
import { carryOutAll } from '../carry-out-all.ts';
import type { Handlers } from '../handler.ts';

/** Proxy Svc: where the requests of hosts go to. */
export function proxyService(store: EventStore): Handlers<'saveRoutes' | 'listRoutes' | 'removeRoutes' | 'listCerts'> {
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
