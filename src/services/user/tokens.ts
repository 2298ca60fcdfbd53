import { createHash } from 'node:crypto';

import type { Token } from '../../api/contract/user-schemas.ts';
import type { Clock } from '../../clock.ts';
import { newId } from '../../domain/identifier.ts';
import type { UserState } from '../../domain/user/evolve.ts';
import type { Db } from '../../postgres/database.ts';
import type { AccessBook } from './access-book.ts';
import type { App } from './apps.ts';
import { signToken } from './jwt.ts';
import type { SigningKey } from './keys.ts';
import { subjectOf } from './subject.ts';
import { insertToken, readValidToken, type TokenRow } from './token-rows.ts';

export interface IssuerDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly key: SigningKey;
  readonly tokenLifeSeconds: number;
  readonly access: Pick<AccessBook, 'current'>;
}

/** A token of the account for the app on the device: the one that is still valid, else a new one. */
export async function issueToken(deps: IssuerDeps, user: UserState, app: App, device: string): Promise<Token> {
  const valid = await readValidToken(deps.db, { userId: user.id, appId: app.id, device }, deps.clock.now());
  const roles = await rolesOf(deps, user, app);
  return (valid && (await repeatToken(deps, valid, roles, app))) ?? freshToken(deps, user, app, device);
}

/** A new token, whatever others there are. */
export async function freshToken(deps: IssuerDeps, user: UserState, app: App, device: string): Promise<Token> {
  const now = deps.clock.now();
  // Claims count in seconds; the row holds what was signed.
  const createdAt = new Date(Math.floor(now.getTime() / 1000) * 1000);
  const row = {
    id: newId('tok'),
    user_id: user.id,
    app_id: app.id,
    device,
    key_id: deps.key.id,
    slug: user.slug,
    roles: [...(await rolesOf(deps, user, app))],
    created_at: createdAt,
    expires_at: new Date(createdAt.getTime() + deps.tokenLifeSeconds * 1000),
    last_refreshed_at: now,
    revoked_at: null,
  };
  const token = await signRow(deps.key, row);
  await insertToken(deps.db, { ...row, token_hash: hashOf(token) });
  return toToken(row, app, token);
}

/** SHA-256, as the database keeps it. */
export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** The account's own roles, and those that it is enrolled in for the app. */
async function rolesOf({ access }: IssuerDeps, user: UserState, app: App): Promise<readonly string[]> {
  return (await access.current()).standingOf(subjectOf(user, app.host)).roles;
}

/** The same token again, unless the account's roles or the key have changed since. */
async function repeatToken(
  { key }: IssuerDeps,
  row: TokenRow,
  roles: readonly string[],
  app: App,
): Promise<Token | undefined> {
  if (row.key_id !== key.id || row.roles.join() !== roles.join()) return undefined;
  const token = await signRow(key, row);
  return hashOf(token).equals(row.token_hash) ? toToken(row, app, token) : undefined;
}

type Signed = Omit<TokenRow, 'token_hash'>;

async function signRow(key: SigningKey, row: Signed): Promise<string> {
  return signToken(key, {
    userId: row.user_id,
    appId: row.app_id,
    slug: row.slug,
    roles: row.roles,
    device: row.device,
    tokenId: row.id,
    issuedAt: row.created_at,
    expiresAt: row.expires_at,
  });
}

function toToken(row: Signed, app: App, token: string): Token {
  return {
    id: row.id,
    appId: app.id,
    userId: row.user_id,
    device: row.device,
    active: true,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.last_refreshed_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    token,
    app: { id: app.id, host: app.host },
  };
}
