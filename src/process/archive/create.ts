import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { v7 as uuidv7 } from 'uuid';

import { archiveFault } from '../../archive/verify-archive.ts';
import { type StoredFile, writeArchive } from '../../archive/write-archive.ts';
import { type Archive, archiveFile, archiveId } from '../../domain/archive/archive.ts';
import { FIRST_LINK } from '../../domain/audit/body-hash.ts';
import { type Checkpoint, isSignedBy } from '../../domain/audit/checkpoint.ts';
import { exportLine } from '../../domain/audit/export-line.ts';
import { streamOf } from '../../domain/stream.ts';
import { sql, type Db } from '../../postgres/database.ts';
import { archivedUntil, nextCheckpoint, readArchives, takeOut } from '../../store/archives.ts';
import { furthestBehind } from '../../webhooks/ledger.ts';
import { checkpointsAt, lastCheckpoint, readCheckpoints, readExport } from '../../store/audit.ts';
import { alone, type ArchivePorts, ArchiveRefused, publicKeysOf } from './ports.ts';

/** Events in one file at most, where checkpoints allow it: one transaction takes them out of the log. */
export const EVENTS_PER_FILE = 200_000;
const PAGE = 2_000;

export interface CreateOptions {
  readonly directory: string;
  /** The last position that may be archived. */
  readonly until: number;
  readonly eventsPerFile?: number;
  /** After a file is on the disk and verified, before its events leave the log. For tests. */
  readonly onStored?: (archive: Archive) => Promise<void> | void;
  readonly onArchived?: (archive: Archive, adopted: boolean) => void;
}

/**
 * Archives the log from where it begins up to the last checkpoint not after `until`: file by file, each on the disk and verified
 * before its events leave the log. What was done before a failure stays done, and the next call goes on behind it.
 * Throws ArchiveRefused, and what the file system says.
 */
export async function createArchives(ports: ArchivePorts, options: CreateOptions): Promise<readonly Archive[]> {
  return alone(ports, async () => {
    const { db } = ports.database;
    await refuseUncovered(db, options.until);
    await refuseUnsent(db, options.until);
    const made: Archive[] = [];
    for (;;) {
      const after = await archivedUntil(db);
      const most = options.eventsPerFile ?? EVENTS_PER_FILE;
      const last = await nextCheckpoint(db, after, { until: options.until, most });
      if (last === undefined) break;
      made.push(await archiveOne(ports, options, { after, last }));
    }
    // What the planner knows of the table is of another size.
    await sql`analyze events`.execute(db);
    return made;
  });
}

async function refuseUncovered(db: Db, until: number): Promise<void> {
  const after = await archivedUntil(db);
  if (until <= after)
    throw new ArchiveRefused(
      `position ${until} is archived already: the database has the log from ${after + 1} on`,
      'deploy-svc archive list',
    );
  const covered = await lastCheckpoint(db);
  if (covered === undefined || covered.position < until)
    throw new ArchiveRefused(
      covered === undefined
        ? `position ${until} is covered by no signed checkpoint: none has been signed yet`
        : `position ${until} is covered by no signed checkpoint: the last is at ${covered.position}`,
      covered === undefined || covered.position <= after
        ? 'a worker signs one within ten seconds of an event: npm start'
        : `--until ${covered.position}, or wait: a worker signs one within ten seconds of an event`,
    );
  const [first] = await readCheckpoints(db, after, 1);
  if (first !== undefined && first.position > until)
    throw new ArchiveRefused(
      `an archive ends at a signed checkpoint, and the first one after ${after} is at ${first.position}: ${until} is before it`,
      `--until ${first.position}`,
    );
}

/** What lies in a file is sent to no webhook any more. Also one that is disabled goes on from where it was. */
async function refuseUnsent(db: Db, until: number): Promise<void> {
  const behind = await furthestBehind(db);
  if (behind === undefined || behind.position >= until) return;
  throw new ArchiveRefused(
    `the webhook ${behind.id} has taken the log up to position ${behind.position}, and would never get the events from there to ${until}`,
    `--until ${behind.position}, or see what keeps it: oo webhook list`,
  );
}

interface Range {
  readonly after: number;
  readonly last: number;
}

async function archiveOne(ports: ArchivePorts, options: CreateOptions, range: Range): Promise<Archive> {
  const { database, store, actor } = ports;
  const first = range.after + 1;
  const checkpoint = await checkpointAt(ports, range.last);
  const before = (await readArchives(database.db)).at(-1)?.hash ?? FIRST_LINK.toString('hex');
  const file = archiveFile(first, range.last);
  const written = await writeArchive(options.directory, file, linesOf(database.db, range));
  const expected = { first, last: range.last, before, hash: checkpoint.hash };
  await refuseFaulty(written, expected);
  const archive: Archive = { ...expected, file, sha256: written.sha256, bytes: written.bytes };
  await options.onStored?.(archive);
  await store.append({
    context: { actor, correlationId: uuidv7() },
    appends: [
      {
        stream: streamOf('archive', archiveId(archive)),
        expectedVersion: 'any',
        events: [{ type: 'LogArchived', data: { archiveId: archiveId(archive), ...archive } }],
      },
    ],
    effect: (tx) => takeOut(tx, archive, actor),
  });
  options.onArchived?.(archive, written.adopted);
  return archive;
}

async function* linesOf(db: Db, { after, last }: Range): AsyncGenerator<string, void> {
  for (let at = after; at < last;) {
    const page = await readExport(db, at, Math.min(PAGE, last - at));
    if (page.length === 0) throw new ArchiveRefused(`the log does not hold: position ${at + 1} is missing`, VERIFY);
    yield page.map((event) => `${exportLine(event)}\n`).join('');
    at = page.at(-1)?.position ?? last;
  }
}

const VERIFY = 'oo audit verify';

/** Read back from the disk. A file that was there is left as it is; one that was written for nothing is not. */
async function refuseFaulty(
  { path, sha256, adopted }: StoredFile,
  expected: Pick<Archive, 'first' | 'last' | 'before' | 'hash'>,
): Promise<void> {
  const fault = await archiveFault(path, { ...expected, sha256 });
  if (fault === undefined) return;
  if (adopted)
    throw new ArchiveRefused(
      `a file of that name is there, and it is not this part of the log: position ${fault.position}, ${fault.what}`,
      'move it away, or choose another directory',
    );
  await rm(path, { force: true });
  throw new ArchiveRefused(`the log does not hold at position ${fault.position}: ${fault.what}`, VERIFY);
}

/** The checkpoint there. Throws ArchiveRefused when no key of this installation has signed it. */
async function checkpointAt({ database, keys }: ArchivePorts, position: number): Promise<Checkpoint> {
  const [checkpoint] = await checkpointsAt(database.db, [position]);
  const key = publicKeysOf(keys).get(checkpoint?.keyId ?? '');
  if (checkpoint !== undefined && key !== undefined && isSignedBy(checkpoint, key)) return checkpoint;
  throw new ArchiveRefused(
    `the checkpoint at ${position} is not signed by a key of this installation`,
    'set SECRET_KEY, and SECRET_KEY_PREVIOUS, as the workers have them; then: oo audit verify',
  );
}

/** Where the file of an archive is. */
export function pathOf(directory: string, { file }: Pick<Archive, 'file'>): string {
  return join(directory, file);
}
