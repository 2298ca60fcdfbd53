import { holds } from '../../api/contract/permissions.ts';
import type { Contact, User } from '../../api/contract/user-schemas.ts';
import { InvalidInput, NotFound } from '../../domain/problem.ts';
import type { UserState } from '../../domain/user/evolve.ts';
import type { Db } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import { callerOf, type Handlers, type Reply, type RequestOf } from '../handler.ts';
import { Refusal } from '../refusal.ts';
import { type App, readApp, readApps, readOrCreateApp } from './apps.ts';
import { countTokens, readToken } from './token-rows.ts';
import { freshToken, issueToken, type IssuerDeps } from './tokens.ts';

/** How often an answer about a permission has to be asked for again. */
const PERMISSION_KEPT_MS = 60_000;

export interface SelfDeps extends IssuerDeps {
  readonly store: EventStore;
}

type SelfOperation =
  | 'refreshToken'
  | 'exchangeToken'
  | 'publicKey'
  | 'readSelf'
  | 'hasPermission'
  | 'listApps'
  | 'readApp';

/** What an account may ask about itself. */
export function selfHandlers(deps: SelfDeps): Handlers<SelfOperation> {
  return {
    publicKey: async () => ({ body: { publicKey: deps.key.publicPem } }),
    async refreshToken(request) {
      const { userId, tokenId, appId } = callerOf(request);
      const row = await readToken(deps.db, tokenId);
      if (row === undefined) throw new Refusal(401, 'Unauthorized: the token is unknown');
      const [user, app] = await Promise.all([readUser(deps.store, userId), readApp(deps.db, appId)]);
      return { body: { token: await freshToken(deps, user, app, row.device) } };
    },
    exchangeToken: (request) => exchangeToken(deps, request),
    async readSelf(request) {
      const { userId, roles } = callerOf(request);
      const [user, tokenCount] = await Promise.all([readUser(deps.store, userId), countTokens(deps.db, userId)]);
      return { body: { user: toUser(user), roles: [...roles], ...contactsOf(user), tokenCount } };
    },
    hasPermission: (request) => hasPermission(deps, request),
    async listApps(request) {
      const [ids, hosts] = [request.body.ids ?? [], request.body.host ?? []];
      const all = ids.length + hosts.length === 0;
      if (all && !holds(callerOf(request), 'user-svc:app:multi-view')) throw new Refusal(401, 'Unauthorized');
      return { body: { apps: [...(await readApps(deps.db, { ids, hosts }))] } };
    },
    async readApp({ body }) {
      return { body: { app: await readOrCreateApp(deps.db, hostOf(body.host) ?? 'unnamed') } };
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
      authorized: holds(caller, permission),
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

/** A token of the same account for another app, on another device, or both. The one that asks goes on. */
async function exchangeToken(deps: SelfDeps, request: RequestOf<'exchangeToken'>): Promise<Reply<'exchangeToken'>> {
  const { userId, tokenId, appId } = callerOf(request);
  const { newAppHost, newAppId, newDevice } = request.body;
  const row = await readToken(deps.db, tokenId);
  if (row === undefined) throw new Refusal(401, 'Unauthorized: the token is unknown');
  const user = await readUser(deps.store, userId);
  const app = newAppId ? await appOf(deps.db, newAppId, newAppHost) : await hostedApp(deps.db, newAppHost, appId);
  const device = newDevice || row.device;
  if (device.length > 255) throw new InvalidInput([{ field: 'newDevice', message: 'has more than 255 characters' }]);
  return { body: { token: await issueToken(deps, user, app, device) } };
}

async function appOf(db: Db, id: string, host: string | null | undefined): Promise<App> {
  const [app] = await readApps(db, { ids: [id] });
  if (app === undefined) throw new NotFound(`there is no app ${id}`);
  if (!host || host === app.host) return app;
  throw new InvalidInput([{ field: 'newAppHost', message: `is ${host}, but the app ${id} has the host ${app.host}` }]);
}

async function hostedApp(db: Db, newHost: string | null | undefined, appId: string): Promise<App> {
  const host = hostOf(newHost);
  return host === undefined ? readApp(db, appId) : readOrCreateApp(db, host);
}

/** A host that somebody named; undefined when nobody did. */
function hostOf(host: string | null | undefined): string | undefined {
  if (!host) return undefined;
  if (host.length > 255) throw new InvalidInput([{ field: 'host', message: 'has more than 255 characters' }]);
  return host;
}

function toUser({ id, slug, name, createdAt, updatedAt }: UserState): User {
  return {
    id,
    slug,
    ...(name === undefined ? {} : { name }),
    createdAt: isoOf(createdAt),
    updatedAt: isoOf(updatedAt ?? createdAt),
  };
}

function contactsOf({ id: userId, contact, createdAt }: UserState): { contacts?: Contact[] } {
  if (contact === undefined) return {};
  const at = isoOf(createdAt);
  const { id, platform } = contact;
  return { contacts: [{ id, userId, platform, handle: id, verified: false, createdAt: at, updatedAt: at }] };
}

function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
