import { exportPKCS8, exportSPKI, generateKeyPair, importPKCS8, importSPKI, type CryptoKey } from 'jose';

import { type Db, sql } from '../../postgres/database.ts';

/** What clients can verify: they accept no other family. */
export const ALGORITHM = 'RS256';
const MODULUS_BITS = 3072;

export interface SigningKey {
  readonly id: string;
  readonly privateKey: CryptoKey;
  /** SPKI. */
  readonly publicPem: string;
}

interface KeyRow {
  readonly id: string;
  readonly private_pem: string;
  readonly public_pem: string;
}

/** The newest key; the first process on a new database makes it, whoever comes at the same time waits for it. */
export async function loadSigningKey(db: Db): Promise<SigningKey> {
  const row = await db.transaction().execute(async (tx) => {
    await sql`lock table signing_keys in share row exclusive mode`.execute(tx);
    const { rows } = await sql<KeyRow>`
      select id, private_pem, public_pem from signing_keys order by created_at desc, id limit 1
    `.execute(tx);
    if (rows[0] !== undefined) return rows[0];
    const made = await makeKey();
    await sql`
      insert into signing_keys (id, private_pem, public_pem) values (${made.id}, ${made.private_pem}, ${made.public_pem})
    `.execute(tx);
    return made;
  });
  return { id: row.id, privateKey: await importPKCS8(row.private_pem, ALGORITHM), publicPem: row.public_pem };
}

async function makeKey(): Promise<KeyRow> {
  const pair = await generateKeyPair(ALGORITHM, { modulusLength: MODULUS_BITS, extractable: true });
  return {
    id: crypto.randomUUID(),
    private_pem: await exportPKCS8(pair.privateKey),
    public_pem: await exportSPKI(pair.publicKey),
  };
}

/** The public half of any key that the database has. */
export async function loadPublicKey(db: Db, id: string): Promise<CryptoKey | undefined> {
  const { rows } = await sql<{ public_pem: string }>`select public_pem from signing_keys where id = ${id}`.execute(db);
  return rows[0] && importSPKI(rows[0].public_pem, ALGORITHM);
}
