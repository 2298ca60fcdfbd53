import { createPublicKey, type KeyObject } from 'node:crypto';
import { hostname, userInfo } from 'node:os';

import type { Database } from '../../postgres/database.ts';
import type { AuditKeys } from '../../services/audit/keys.ts';
import type { EventStore } from '../../store/event-store.ts';

/** What archives are made from and put back into. */
export interface ArchivePorts {
  readonly database: Pick<Database, 'db' | 'connect'>;
  readonly store: EventStore;
  /** Those that checkpoints may be signed with. */
  readonly keys: AuditKeys;
  /** Who does it. */
  readonly actor: string;
}

/** Why nothing was done, and what to do next. */
export class ArchiveRefused extends Error {
  readonly next: string | undefined;

  constructor(message: string, next?: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ArchiveRefused';
    this.next = next;
  }
}

/** `operator/ada@db-1`: an account of the machine, as no account of the product is at hand. */
export function operatorActor(): string {
  return `operator/${userInfo().username}@${hostname()}`;
}

export function publicKeysOf({ all }: AuditKeys): ReadonlyMap<string, KeyObject> {
  return new Map(all.map(({ id, publicKey }) => [id, createPublicKey(publicKey)]));
}

/** The advisory lock of whoever archives or restores. */
const LOCK = [7_313, 21] as const;

/** Does it while nobody else archives or restores. Throws ArchiveRefused when somebody does. */
export async function alone<Result>(
  { database }: Pick<ArchivePorts, 'database'>,
  work: () => Promise<Result>,
): Promise<Result> {
  const connection = await database.connect('deploy-svc archive');
  try {
    const { rows } = await connection.query<{ locked: boolean }>('select pg_try_advisory_lock($1, $2) as locked', [
      ...LOCK,
    ]);
    if (rows[0]?.locked !== true)
      throw new ArchiveRefused('somebody else archives or restores at this moment', 'try again when that is done');
    return await work();
  } finally {
    await connection.end();
  }
}
