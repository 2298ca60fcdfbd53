import type { Clock } from '../../clock.ts';
import type { Db } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { Handlers } from '../handler.ts';
import { type Admin, ensureAdmin } from './accounts.ts';
import { type Authenticator, createAuthenticator } from './authenticate.ts';
import { loadSigningKey } from './keys.ts';
import { selfHandlers } from './self.ts';
import { signInHandlers } from './sign-in.ts';

export interface UserServiceOptions {
  readonly db: Db;
  readonly store: EventStore;
  readonly clock: Clock;
  /** Made at the start when it does not exist. */
  readonly admin: Admin;
  /** 3600 by default. */
  readonly tokenLifeSeconds?: number;
  /** For how long after its last refresh an expired token is still refreshed silently; 30 days by default. */
  readonly sessionLifeSeconds?: number;
}

export interface UserService extends Authenticator {
  readonly handlers: Handlers<
    'login' | 'register' | 'refreshToken' | 'publicKey' | 'readSelf' | 'hasPermission' | 'revokeTokens' | 'listApps'
  >;
}

/** User Svc: accounts, tokens and what they may do. Makes the signing key and the first administrator when there are none. */
export async function openUserService(options: UserServiceOptions): Promise<UserService> {
  const { db, store, clock, admin, tokenLifeSeconds = 3_600, sessionLifeSeconds = 30 * 86_400 } = options;
  const key = await loadSigningKey(db);
  await ensureAdmin({ db, store }, admin, crypto.randomUUID());
  const authenticator = createAuthenticator({ db, store, clock, sessionLifeSeconds });
  const deps = { db, store, clock, key, tokenLifeSeconds };
  return { ...authenticator, handlers: { ...signInHandlers(deps), ...selfHandlers(deps, authenticator) } };
}
