import type { Clock } from '../../clock.ts';
import type { Db } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { Handlers } from '../handler.ts';
import { type Admin, ensureAdmin } from './accounts.ts';
import { createAccessBook } from './access-book.ts';
import { type Authenticator, createAuthenticator } from './authenticate.ts';
import { enrollHandlers } from './enrolls.ts';
import { loadSigningKey } from './keys.ts';
import { permitHandlers } from './permits.ts';
import { revocationHandlers } from './revocation.ts';
import { selfHandlers } from './self.ts';
import { signInHandlers } from './sign-in.ts';
import { listHandlers } from './users.ts';

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
  readonly handlers: Handlers<UserOperation>;
}

type UserOperation =
  | 'login'
  | 'register'
  | 'refreshToken'
  | 'exchangeToken'
  | 'publicKey'
  | 'readSelf'
  | 'hasPermission'
  | 'revokeTokens'
  | 'changePassword'
  | 'listUsers'
  | 'listApps'
  | 'readApp'
  | 'savePermits'
  | 'listPermits'
  | 'removePermits'
  | 'saveEnrolls'
  | 'listEnrolls'
  | 'removeEnrolls';

/** User Svc: accounts, tokens and what they may do. Makes the signing key and the first administrator when there are none. */
export async function openUserService(options: UserServiceOptions): Promise<UserService> {
  const { db, store, clock, admin, tokenLifeSeconds = 3_600, sessionLifeSeconds = 30 * 86_400 } = options;
  const key = await loadSigningKey(db);
  await ensureAdmin({ db, store }, admin, crypto.randomUUID());
  const access = createAccessBook({ db, onUsersChanged: (ids) => authenticator.forgetUsers(ids) });
  const authenticator = createAuthenticator({ db, store, clock, sessionLifeSeconds, access });
  const deps = { db, store, clock, key, tokenLifeSeconds, access };
  const handlers = {
    ...signInHandlers(deps),
    ...selfHandlers(deps),
    ...revocationHandlers(deps, authenticator),
    ...listHandlers(deps),
    ...permitHandlers(deps),
    ...enrollHandlers(deps),
  };
  return {
    ...authenticator,
    forget() {
      access.forget();
      authenticator.forget();
    },
    handlers,
  };
}
