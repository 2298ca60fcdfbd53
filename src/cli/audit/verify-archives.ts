import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';

import { archiveEvents, BrokenArchive } from '../../archive/verify-archive.ts';
import { archive as archiveSchema, archiveId } from '../../domain/archive/archive.ts';
import { exportedRow } from '../../domain/archive/exported-row.ts';
import type { Checkpoint } from '../../domain/audit/checkpoint.ts';
import type { ExportedEvent } from '../../domain/audit/export-line.ts';
import { streamOf } from '../../domain/stream.ts';
import type { ArchiveView } from '../kinds/archive.ts';
import { checkpointFault } from './verify-export.ts';

/** What the files of archives are held against: what the server says of them, its checkpoints in order, and its keys. */
export interface ArchivesClaimed {
  readonly archives: readonly ArchiveView[];
  readonly checkpoints: AsyncIterable<Checkpoint>;
  readonly keys: readonly KeyObject[];
  /** A position whose hash is wanted. */
  readonly wanted?: number | undefined;
}

/** What was found where all files hold. */
export interface ArchivesVerified {
  /** Checkpoints that were held against them. */
  readonly checkpoints: number;
  /** The hash at the position that was wanted, when it lies in one of them. */
  readonly wantedHash: string | undefined;
}

/**
 * Reads the files of all archives as one chain from the first position of the log on, and holds every checkpoint in them against it. Throws
 * BrokenArchive at the first position that does not hold.
 */
export async function verifyArchives(directory: string, claimed: ArchivesClaimed): Promise<ArchivesVerified> {
  const { archives, keys, wanted } = claimed;
  const checkpoints = claimed.checkpoints[Symbol.asyncIterator]();
  let next = await checkpoints.next();
  let held = 0;
  let wantedHash: string | undefined;
  const said = new Map<string, string>();
  for (const archive of archives) {
    const path = join(directory, archive.file);
    for await (const event of archiveEvents(path, archive)) {
      remember(said, event);
      if (event.position === wanted) wantedHash = event.hash;
      if (next.done === true || next.value.position !== event.position) continue;
      const what = checkpointFault(next.value, event.hash, keys);
      if (what !== undefined) throw new BrokenArchive(event.position, what);
      held += 1;
      next = await checkpoints.next();
    }
  }
  for (const archive of archives) refuseOther(archive, said.get(streamOf('archive', archiveId(archive))));
  return { checkpoints: held, wantedHash };
}

/** What the log says of earlier archives lies in later ones. */
function remember(said: Map<string, string>, { body }: ExportedEvent): void {
  if (!body.includes('"type":"LogArchived"')) return;
  const row = exportedRow(body);
  if (row?.type === 'LogArchived') said.set(row.stream, row.data);
}

function refuseOther(archive: ArchiveView, said: string | undefined): void {
  if (said === undefined) return;
  const data = JSON.parse(said) as Readonly<Record<string, unknown>>;
  const other = Object.keys(archiveSchema.shape).some((key) => data[key] !== archive[key as keyof ArchiveView]);
  if (other) throw new BrokenArchive(archive.first, `the server says of ${archive.file} what the log does not`);
}
