import { ADMIN_ROLE, permits } from '../../api/contract/permissions.ts';
import type { User } from '../../api/contract/user-schemas.ts';
import { InvalidInput } from '../../domain/problem.ts';
import type { UserState } from '../../domain/user/evolve.ts';
import type { EventStore } from '../../store/event-store.ts';
import { callerOf, type Handlers, type Reply, type RequestOf } from '../handler.ts';
import { Refusal } from '../refusal.ts';
import { readApp, readApps } from './apps.ts';
import type { Authenticator } from './authenticate.ts';
import { countTokens, readToken, revokeTokens } from './token-rows.ts';
import { freshToken, type IssuerDeps } from './tokens.ts';

/** How often an answer about a permission has to be asked for again. */
const PERMISSION_KEPT_MS = 60_000;

export interface SelfDeps extends IssuerDeps {
  readonly store: EventStore;
}

type SelfOperation = 'refreshToken' | 'publicKey' | 'readSelf' | 'hasPermission' | 'revokeTokens' | 'listApps';

/** What an account may ask about itself. */
export function selfHandlers(deps: SelfDeps, authenticator: Authenticator): Handlers<SelfOperation> {
  return {
    publicKey: async () => ({ body: { publicKey: deps.key.publicPem } }),
    async refreshToken(request) {
      const { userId, tokenId, appId } = callerOf(request);
      const row = await readToken(deps.db, tokenId);
      if (row === undefined) throw new Refusal(401, 'Unauthorized: the token is unknown');
      const [user, app] = await Promise.all([readUser(deps.store, userId), readApp(deps.db, appId)]);
      return { body: { token: await freshToken(deps, user, app, row.device) } };
    },
    async readSelf(request) {
      const { userId, roles } = callerOf(request);
      const [user, tokenCount] = await Promise.all([readUser(deps.store, userId), countTokens(deps.db, userId)]);
      return { body: { user: toUser(user), roles: [...roles], tokenCount } };
    },
    hasPermission: (request) => hasPermission(deps, request),
    async listApps(request) {
      const [ids, hosts] = [request.body.ids ?? [], request.body.host ?? []];
      const all = ids.length + hosts.length === 0;
      if (all && !permits(callerOf(request).roles, 'user-svc:app:multi-view')) throw new Refusal(401, 'Unauthorized');
      return { body: { apps: [...(await readApps(deps.db, { ids, hosts }))] } };
    },
    async revokeTokens(request) {
      const { userId, roles } = callerOf(request);
      const target = request.body.userId || userId;
      if (target !== userId && !roles.includes(ADMIN_ROLE)) throw new Refusal(401, 'Unauthorized');
      const device = request.body.allTokens === true ? undefined : request.body.device || undefined;
      await revokeTokens(deps.db, target, device, deps.clock.now());
      authenticator.forget();
      return { body: {} };
    },
  };
}

/** The route lets everybody in: without a token the contract answers 422 here, and to a permission not held 200. */
async function hasPermission(deps: SelfDeps, request: RequestOf<'hasPermission'>): Promise<Reply<'hasPermission'>> {
  const { caller, params } = request;
  const permission = params.permission.trim();
  if (caller === undefined) throw new Refusal(422, 'Unprocessable Entity: a token is needed');
  if (permission === '') throw new InvalidInput([{ field: 'permission', message: 'is missing' }]);
  const [user, app] = await Promise.all([readUser(deps.store, caller.userId), readApp(deps.db, caller.appId)]);
  return {
    body: {
      authorized: permits(caller.roles, permission),
      appId: app.id,
      until: new Date(deps.clock.now().getTime() + PERMISSION_KEPT_MS).toISOString(),
      user: toUser(user),
      app,
    },
  };
}

async function readUser(store: EventStore, id: string): Promise<UserState> {
  const row = await store.row<UserState>('users', id);
  if (row === undefined) throw new Refusal(401, 'Unauthorized: the account does not exist');
  return row.state;
}

function toUser({ id, slug, name, createdAt }: UserState): User {
  const at = new Date(createdAt).toISOString();
  return { id, slug, ...(name === undefined ? {} : { name }), createdAt: at, updatedAt: at };
}
