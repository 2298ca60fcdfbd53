import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { signCheckpoint } from '../../src/domain/audit/checkpoint.ts';
import { sql } from '../../src/postgres/database.ts';
import { createArchives, type CreateOptions } from '../../src/process/archive/create.ts';
import type { ArchivePorts } from '../../src/process/archive/ports.ts';
import { restoreArchives } from '../../src/process/archive/restore.ts';
import { auditKeysOf } from '../../src/services/audit/keys.ts';
import { hashesAt, keepCheckpoint } from '../../src/store/audit.ts';
import { keyRing } from '../../src/vault/key-ring.ts';
import type { TestStore } from '../support/store.ts';

/** What the checkpoints of these tests are signed with. */
export const SECRET = Buffer.alloc(32, 5);
export const KEYS = auditKeysOf(keyRing(SECRET));

/** A log that is archived, in a directory of its own. */
export interface ArchiveWorld extends AsyncDisposable {
  readonly directory: string;
  readonly ports: ArchivePorts;
  /** Signs checkpoints, as a worker does. */
  sign(...positions: readonly number[]): Promise<void>;
  archive(until: number, more?: Partial<CreateOptions>): ReturnType<typeof createArchives>;
  restore(from?: number): ReturnType<typeof restoreArchives>;
}

export async function archiveWorld(world: TestStore): Promise<ArchiveWorld> {
  const { database, store } = world;
  const directory = await mkdtemp(join(tmpdir(), 'deploy-svc-archives-'));
  const ports: ArchivePorts = { database, store, keys: KEYS, actor: 'operator/test@here' };
  return {
    directory,
    ports,
    sign: (...positions) => sign(world, positions),
    archive: (until, more = {}) => createArchives(ports, { directory, until, ...more }),
    restore: (from) => restoreArchives(ports, { path: directory, from }),
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function sign({ database: { db } }: TestStore, positions: readonly number[]): Promise<void> {
  const [key] = KEYS.all;
  if (key === undefined) throw new Error('no key');
  const { rows } = await sql<{ id: string }>`select id from installation`.execute(db);
  const hashes = await hashesAt(db, positions);
  for (const position of positions) {
    const hash = hashes.get(position);
    if (hash === undefined) throw new Error(`no event ${position} to sign`);
    const statement = { installation: rows[0]?.id ?? '', position, hash, at: '2026-11-23T00:00:00.000Z' };
    await keepCheckpoint(db, signCheckpoint(statement, key));
  }
}
