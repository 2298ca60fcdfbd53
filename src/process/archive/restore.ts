import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { v7 as uuidv7 } from 'uuid';

import { archiveFault } from '../../archive/verify-archive.ts';
import { archiveId, type KeptArchive } from '../../domain/archive/archive.ts';
import { streamOf } from '../../domain/stream.ts';
import { sql, type Tx } from '../../postgres/database.ts';
import { giveUp, putBack, readArchives } from '../../store/archives.ts';
import { alone, type ArchivePorts, ArchiveRefused } from './ports.ts';
import { pagesOf } from './read.ts';

export interface RestoreOptions {
  /** The directory of the archives, or one of their files: then that one is back afterwards, and those after it. */
  readonly path: string;
  /** Only so many archives that the log begins at this position, or before it. */
  readonly from?: number | undefined;
  readonly onRestored?: (archive: KeptArchive) => void;
}

/**
 * Puts archived events back, the latest archive first, as the log has no holes. All files are verified before anything is done;
 * each comes back whole or not at all. Throws ArchiveRefused and BrokenArchive.
 */
export async function restoreArchives(ports: ArchivePorts, options: RestoreOptions): Promise<readonly KeptArchive[]> {
  return alone(ports, async () => {
    const { db } = ports.database;
    const { directory, wanted } = await wantedOf(await readArchives(db), options);
    for (const archive of wanted) await refuseFault(directory, archive);
    for (const archive of wanted) {
      await restoreOne(ports, directory, archive);
      options.onRestored?.(archive);
    }
    await sql`analyze events`.execute(db);
    return wanted;
  });
}

interface Wanted {
  readonly directory: string;
  /** The latest first. */
  readonly wanted: readonly KeptArchive[];
}

async function wantedOf(archives: readonly KeptArchive[], { path, from = 1 }: RestoreOptions): Promise<Wanted> {
  const kind = await stat(path).catch((error: unknown) => {
    throw new ArchiveRefused(`cannot read ${path}: ${String(error)}`, 'deploy-svc archive list', error);
  });
  const last = archives.at(-1);
  if (last === undefined) throw new ArchiveRefused('nothing is archived: the whole log is in the database');
  if (from > last.last)
    throw new ArchiveRefused(
      `position ${from} is in no archive: the database has the log from ${last.last + 1} on`,
      'deploy-svc archive list',
    );
  if (kind.isDirectory()) return { directory: path, wanted: archives.filter((each) => each.last >= from).toReversed() };
  const named = archives.find(({ file }) => file === basename(path));
  if (named === undefined)
    throw new ArchiveRefused(
      `${basename(path)} is the file of no archive; there are ${archives.map(({ file }) => file).join(', ')}`,
      'deploy-svc archive list',
    );
  return { directory: dirname(path), wanted: archives.filter(({ first }) => first >= named.first).toReversed() };
}

async function refuseFault(directory: string, archive: KeptArchive): Promise<void> {
  const fault = await archiveFault(join(directory, archive.file), archive);
  if (fault !== undefined) throw fault;
}

async function restoreOne({ store, actor }: ArchivePorts, directory: string, archive: KeptArchive): Promise<void> {
  const { at: _at, actor: _archiver, ...data } = archive;
  const id = archiveId(archive);
  await store.append({
    context: { actor, correlationId: uuidv7() },
    appends: [
      {
        stream: streamOf('archive', id),
        expectedVersion: 'any',
        events: [{ type: 'LogRestored', data: { archiveId: id, ...data } }],
      },
    ],
    effect: (tx) => putAllBack(tx, directory, archive),
  });
}

async function putAllBack(tx: Tx, directory: string, archive: KeptArchive): Promise<void> {
  for await (const page of pagesOf(directory, archive)) await putBack(tx, page);
  await giveUp(tx, archive);
}
