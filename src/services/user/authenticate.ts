import type { CryptoKey } from 'jose';

import type { Clock } from '../../clock.ts';
import type { Grants, Subject } from '../../domain/access/grants.ts';
import type { UserState } from '../../domain/user/evolve.ts';
import type { Db } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { Caller } from '../handler.ts';
import { Refusal } from '../refusal.ts';
import type { AccessBook } from './access-book.ts';
import { readApp } from './apps.ts';
import { verifyToken } from './jwt.ts';
import { loadPublicKey } from './keys.ts';
import { subjectOf } from './subject.ts';
import { readToken, touchToken, type TokenRow } from './token-rows.ts';
import { hashOf } from './tokens.ts';

/** For how long a token that was looked up is believed, unless its account changes: a revocation is such a change. */
export const BELIEVED_MS = 10_000;
const CAPACITY = 10_000;
const KEY_ID = /^[0-9a-f-]{36}$/;

export interface AuthenticatorDeps {
  readonly db: Db;
  readonly store: Pick<EventStore, 'row'>;
  readonly clock: Clock;
  /** An expired token goes on being accepted for so long after it was last refreshed. */
  readonly sessionLifeSeconds: number;
  readonly access: Pick<AccessBook, 'current'>;
}

/** Who a token stands for. Throws Refusal 401. */
export interface Authenticator {
  authenticate(token: string): Promise<Caller>;
  /** Looks everything up again. */
  forget(): void;
  /** Looks the tokens of these accounts up again. */
  forgetUsers(userIds: readonly string[]): void;
}

interface Believed {
  readonly bearer: Bearer;
  readonly until: number;
}

/** Whom a token was given to, and where it counts. */
interface Bearer extends Subject {
  readonly appId: string;
  readonly tokenId: string;
  /** Milliseconds until neither the token nor its session is good any more. */
  readonly goodForMs: number;
}

/**
 * Tokens are looked up, not just verified, so that they can be revoked. One that has expired is refreshed silently as long
 * as its session lasts: command lines store their token once and rely on that. What the account was given is looked up
 * with every call, so that it counts at once, whatever roles the token was signed with.
 */
export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const believed = new Map<string, Believed>();
  const keyOf = publicKeys(deps.db);
  let forgotten = 0;
  return {
    async authenticate(token) {
      const hash = hashOf(token);
      // First: it tells which accounts have changed.
      const grants = await deps.access.current();
      const known = believed.get(hash.toString('base64'));
      if (known !== undefined && known.until > performance.now()) return callerOf(known.bearer, grants);
      const verified = await verifyToken(token, keyOf);
      if (verified === undefined) throw new Refusal(401, 'Unauthorized: failed to parse JWT');
      const before = forgotten;
      const row = await readToken(deps.db, verified.tokenId);
      const bearer = await bearerOf(deps, row?.token_hash.equals(hash) === true ? row : undefined);
      if (believed.size >= CAPACITY) believed.clear();
      // What was read before something was forgotten may be just that.
      if (before === forgotten) {
        const until = performance.now() + Math.min(BELIEVED_MS, bearer.goodForMs);
        believed.set(hash.toString('base64'), { bearer, until });
      }
      return callerOf(bearer, grants);
    },
    forget() {
      forgotten += 1;
      believed.clear();
    },
    forgetUsers(userIds) {
      forgotten += 1;
      const changed = new Set(userIds);
      for (const [hash, { bearer }] of believed) if (changed.has(bearer.userId)) believed.delete(hash);
    },
  };
}

function callerOf(bearer: Bearer, grants: Grants): Caller {
  const { userId, slug, appId, appHost, tokenId } = bearer;
  return { userId, slug, ...grants.standingOf(bearer), appId, appHost, tokenId };
}

async function bearerOf(deps: AuthenticatorDeps, row: TokenRow | undefined): Promise<Bearer> {
  if (row === undefined || row.revoked_at !== null) {
    throw new Refusal(401, 'Unauthorized: the token is revoked or unknown; log in again: oo login');
  }
  const now = deps.clock.now();
  const sessionEnd = row.last_refreshed_at.getTime() + deps.sessionLifeSeconds * 1000;
  if (row.expires_at <= now) {
    if (sessionEnd <= now.getTime()) {
      throw new Refusal(401, 'Unauthorized: the session has expired; log in again: oo login');
    }
    await touchToken(deps.db, row.id, now);
  }
  const user = await deps.store.row<UserState>('users', row.user_id);
  if (user === undefined) throw new Refusal(401, 'Unauthorized: the account does not exist');
  const { host: appHost } = await readApp(deps.db, row.app_id);
  const goodForMs = Math.max(row.expires_at.getTime(), sessionEnd) - now.getTime();
  return { ...subjectOf(user.state, appHost), appId: row.app_id, tokenId: row.id, goodForMs };
}

/** Keys never change once they exist. */
function publicKeys(db: Db): (id: string) => Promise<CryptoKey | undefined> {
  const keys = new Map<string, CryptoKey>();
  return async (id) => {
    const known = keys.get(id);
    if (known !== undefined || !KEY_ID.test(id)) return known;
    const key = await loadPublicKey(db, id);
    if (key !== undefined) keys.set(id, key);
    return key;
  };
}
