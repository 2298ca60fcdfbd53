import { type Db, sql, type Tx } from '../../postgres/database.ts';

/** The password hash of an account; undefined when it has none. */
export async function readPasswordHash(db: Db, userId: string): Promise<string | undefined> {
  const { rows } = await sql<{ password_hash: string }>`
    select password_hash from credentials where user_id = ${userId}
  `.execute(db);
  return rows[0]?.password_hash;
}

/** True for the one who came first: only they have the account. */
export async function claimCredentials(db: Db, userId: string, passwordHash: string): Promise<boolean> {
  const { rows } = await sql`
    insert into credentials (user_id, password_hash) values (${userId}, ${passwordHash})
    on conflict (user_id) do nothing returning user_id
  `.execute(db);
  return rows.length > 0;
}

/** False when the password has been changed since its hash was read. */
export async function replacePasswordHash(
  db: Db | Tx,
  userId: string,
  { before, after }: { readonly before: string; readonly after: string },
): Promise<boolean> {
  const { rows } = await sql`
    update credentials set password_hash = ${after}, updated_at = now()
    where user_id = ${userId} and password_hash = ${before} returning user_id
  `.execute(db);
  return rows.length > 0;
}
