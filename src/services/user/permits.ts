import type { Permit } from '../../api/contract/grant.ts';
import { decideRemovePermit, decideSavePermit } from '../../domain/permit/decide.ts';
import type { PermitState } from '../../domain/permit/evolve.ts';
import { parsePermits } from '../../domain/permit/parse.ts';
import type { Db } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import { carryOutAll } from '../carry-out-all.ts';
import { callerOf, type Handlers, type Reply, type RequestOf } from '../handler.ts';
import type { AccessBook } from './access-book.ts';
import { appIdsOf } from './apps.ts';
import { eventsOf, granterOf } from './granter.ts';

export interface GrantDeps {
  readonly db: Db;
  readonly store: EventStore;
  readonly access: AccessBook;
}

/** Who was given which permissions. */
export function permitHandlers(deps: GrantDeps): Handlers<'savePermits' | 'listPermits' | 'removePermits'> {
  return {
    savePermits: (request) => savePermits(deps, request),
    async listPermits({ body, past = deps.store }) {
      const rows = await past.rows<PermitState>('permits', { removed: 'false' });
      const permits = rows.flatMap(({ state }) => toPermits(state));
      const wanted = permits.filter(
        ({ permission, slugs }) =>
          (!body.permission || permission === body.permission) && (!body.slug || slugs.includes(body.slug)),
      );
      return { body: { permits: wanted } };
    },
    async removePermits(request) {
      const granter = granterOf(callerOf(request), 'permit');
      const targets = [...new Set(request.body.ids)].map((id) => ({
        id,
        decide: (state: PermitState | undefined) => eventsOf(decideRemovePermit(state, granter)),
      }));
      const position = await carryOutAll<PermitState>(deps.store, request, 'permit', targets);
      deps.access.forget();
      return { body: {}, position };
    },
  };
}

/** Saves all of them or none. */
async function savePermits(deps: GrantDeps, request: RequestOf<'savePermits'>): Promise<Reply<'savePermits'>> {
  const caller = callerOf(request);
  const granter = granterOf(caller, 'permit');
  const saves = parsePermits(request.body, caller.appHost);
  const appIds = await appIdsOf(deps.db, saves);
  const targets = saves.map((save) => ({
    id: save.id,
    decide: (state: PermitState | undefined) =>
      eventsOf(decideSavePermit(state, { ...save, appId: appIds.get(save.appHost) ?? '' }, granter)),
  }));
  const position = await carryOutAll<PermitState>(deps.store, request, 'permit', targets);
  deps.access.forget();
  return { body: {}, position };
}

/** Clients know permits of one permission alone. */
function toPermits({ id, appId, permissions, slugs, roles, createdAt, updatedAt }: PermitState): Permit[] {
  const times = { createdAt: new Date(createdAt).toISOString(), updatedAt: new Date(updatedAt).toISOString() };
  return permissions.map((permission) => ({ id, appId, permission, slugs: [...slugs], roles: [...roles], ...times }));
}
