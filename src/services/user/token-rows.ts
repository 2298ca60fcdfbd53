import { type Db, sql, type Tx } from '../../postgres/database.ts';

/** A token as the database keeps it: what it is made of, and its hash. */
export interface TokenRow {
  readonly id: string;
  readonly token_hash: Buffer;
  readonly user_id: string;
  readonly app_id: string;
  readonly device: string;
  readonly key_id: string;
  readonly slug: string;
  readonly roles: string[];
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly last_refreshed_at: Date;
  readonly revoked_at: Date | null;
}

/** Where a token is used. */
export interface Seat {
  readonly userId: string;
  readonly appId: string;
  readonly device: string;
}

/** Tokens that one seat keeps; a new one pushes the oldest out. */
const TOKENS_PER_SEAT = 10;

/** The token that was made last for the seat, if it is neither expired nor revoked. */
export async function readValidToken(
  db: Db,
  { userId, appId, device }: Seat,
  now: Date,
): Promise<TokenRow | undefined> {
  const { rows } = await sql<TokenRow>`
    select * from tokens
    where user_id = ${userId} and app_id = ${appId} and device = ${device} and revoked_at is null and expires_at > ${now}
    order by created_at desc, id limit 1
  `.execute(db);
  return rows[0];
}

export async function readToken(db: Db, id: string): Promise<TokenRow | undefined> {
  const { rows } = await sql<TokenRow>`select * from tokens where id = ${id}`.execute(db);
  return rows[0];
}

/** Stores a token, and forgets those of the seat that are too many. */
export async function insertToken(db: Db, row: TokenRow): Promise<void> {
  await sql`
    with added as (
      insert into tokens (id, token_hash, user_id, app_id, device, key_id, slug, roles, created_at, expires_at, last_refreshed_at)
      values (${row.id}, ${row.token_hash}, ${row.user_id}, ${row.app_id}, ${row.device}, ${row.key_id}, ${row.slug},
              ${row.roles}, ${row.created_at}, ${row.expires_at}, ${row.last_refreshed_at})
    )
    delete from tokens where id in (
      select id from tokens where user_id = ${row.user_id} and app_id = ${row.app_id} and device = ${row.device}
      order by created_at desc, id offset ${TOKENS_PER_SEAT - 1}
    )
  `.execute(db);
}

/** Notes that an expired token was accepted once more. */
export async function touchToken(db: Db, id: string, now: Date): Promise<void> {
  await sql`update tokens set last_refreshed_at = ${now} where id = ${id}`.execute(db);
}

export async function countTokens(db: Db, userId: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) from tokens where user_id = ${userId} and revoked_at is null
  `.execute(db);
  return Number(rows[0]?.count ?? 0);
}

/** Which tokens of an account are revoked: those of one device when it is given, else all; but the one that is kept. */
export interface Revocation {
  readonly userId: string;
  readonly device?: string | undefined;
  /** The id of a token. */
  readonly kept?: string | undefined;
}

/** Revokes tokens of an account. Returns how many. */
export async function revokeTokens(db: Db | Tx, { userId, device, kept }: Revocation, now: Date): Promise<number> {
  const ofDevice = device === undefined ? sql`true` : sql`device = ${device}`;
  const others = kept === undefined ? sql`true` : sql`id <> ${kept}`;
  const { numAffectedRows } = await sql`
    update tokens set revoked_at = ${now} where user_id = ${userId} and revoked_at is null and ${ofDevice} and ${others}
  `.execute(db);
  return Number(numAffectedRows ?? 0);
}
