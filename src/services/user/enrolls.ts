import type { Enroll } from '../../api/contract/grant.ts';
import { holds } from '../../api/contract/permissions.ts';
import { owns } from '../../domain/access/granter.ts';
import { decideRemoveEnroll, decideSaveEnroll } from '../../domain/enroll/decide.ts';
import type { EnrollState } from '../../domain/enroll/evolve.ts';
import { type EnrollSave, parseEnrolls } from '../../domain/enroll/parse.ts';
import { InvalidInput } from '../../domain/problem.ts';
import type { UserState } from '../../domain/user/evolve.ts';
import type { EventStore } from '../../store/event-store.ts';
import { carryOutAll } from '../carry-out-all.ts';
import { type Caller, callerOf, type Handlers, type Reply, type RequestOf } from '../handler.ts';
import { appIdsOf } from './apps.ts';
import { eventsOf, granterOf } from './granter.ts';
import type { GrantDeps } from './permits.ts';

/** Who was given which roles. */
export function enrollHandlers(deps: GrantDeps): Handlers<'saveEnrolls' | 'listEnrolls' | 'removeEnrolls'> {
  return {
    saveEnrolls: (request) => saveEnrolls(deps, request),
    async listEnrolls(request) {
      const { role, userId, contactId } = request.body;
      const isVisible = await visibleTo(deps.store, callerOf(request));
      const rows = await (request.past ?? deps.store).rows<EnrollState>('enrolls', { removed: 'false' });
      const enrolls = rows
        .map(({ state }) => state)
        .filter(
          (state) =>
            isVisible(state) &&
            (!role || state.role === role) &&
            (!userId || state.userId === userId) &&
            (!contactId || state.contactId === contactId),
        );
      return { body: { enrolls: enrolls.map(toEnroll) } };
    },
    async removeEnrolls(request) {
      const granter = granterOf(callerOf(request), 'enroll');
      const targets = [...new Set(request.body.ids)].map((id) => ({
        id,
        decide: (state: EnrollState | undefined) => eventsOf(decideRemoveEnroll(state, granter)),
      }));
      const position = await carryOutAll<EnrollState>(deps.store, request, 'enroll', targets);
      deps.access.forget();
      return { body: {}, position };
    },
  };
}

/** Saves all of them or none. */
async function saveEnrolls(deps: GrantDeps, request: RequestOf<'saveEnrolls'>): Promise<Reply<'saveEnrolls'>> {
  const caller = callerOf(request);
  const granter = granterOf(caller, 'enroll');
  const saves = parseEnrolls(request.body, caller.appHost);
  const appIds = await appIdsOf(deps.db, saves);
  const targets = saves.map((save) => ({
    id: save.id,
    decide: (state: EnrollState | undefined) =>
      eventsOf(decideSaveEnroll(state, { ...save, appId: appIds.get(save.appHost) ?? '' }, granter)),
  }));
  await refuseUnknownUsers(deps.store, saves);
  const position = await carryOutAll<EnrollState>(deps.store, request, 'enroll', targets);
  deps.access.forget();
  const rows = await deps.store.rows<EnrollState>('enrolls', { id: saves.map(({ id }) => id), removed: 'false' });
  return { body: { enrolls: rows.map(({ state }) => toEnroll(state)) }, position };
}

/** An account that does not exist now never will under that id by chance: it is a slip. */
async function refuseUnknownUsers(store: EventStore, saves: readonly EnrollSave[]): Promise<void> {
  const wanted = saves.flatMap(({ userId }) => userId ?? []);
  const found = wanted.length === 0 ? [] : await store.rows<UserState>('users', { id: [...new Set(wanted)] });
  const known = new Set(found.map(({ id }) => id));
  const problems = saves.flatMap(({ userId }, index) =>
    userId === undefined || known.has(userId)
      ? []
      : [{ field: `enrolls[${index}].userId`, message: `there is no account ${userId}`, hint: 'see: oo user list' }],
  );
  if (problems.length > 0) throw new InvalidInput(problems);
}

/** Everybody sees their own, and those in roles that they own; who may view enrolls sees all. */
export async function visibleTo(
  store: Pick<EventStore, 'row'>,
  caller: Caller,
): Promise<(state: EnrollState) => boolean> {
  if (holds(caller, 'user-svc:enroll:view')) return () => true;
  const contactId = (await store.row<UserState>('users', caller.userId))?.state.contact?.id;
  return (state) =>
    state.userId === caller.userId ||
    (contactId !== undefined && state.contactId === contactId) ||
    owns(caller.slug, state.role);
}

function toEnroll({ id, appId, role, userId, contactId, createdAt, updatedAt }: EnrollState): Enroll {
  return {
    id,
    appId,
    role,
    ...(userId === undefined ? {} : { userId }),
    ...(contactId === undefined ? {} : { contactId }),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}
