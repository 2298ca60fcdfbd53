import { archiveId, type KeptArchive } from '../../domain/archive/archive.ts';
import { FIRST_LINK } from '../../domain/audit/body-hash.ts';
import type { Checkpoint } from '../../domain/audit/checkpoint.ts';
import { streamOf } from '../../domain/stream.ts';
import { sql, type Db } from '../../postgres/database.ts';
import type { Fault } from './fault.ts';

/**
 * What is wrong with what the database says of its archives: they have to be one chain from the first position on, each has to end at a
 * checkpoint with its hash, and to be as the log says. Their files are held against it by who has them: oo audit verify --archives.
 */
export async function archiveFaults(
  db: Db,
  archives: readonly KeptArchive[],
  checkpoints: readonly Checkpoint[],
): Promise<readonly Fault[]> {
  const signed = new Map(checkpoints.map(({ position, hash }) => [position, hash]));
  const said = await saidByTheLog(db, archives);
  let [after, before] = [0, FIRST_LINK.toString('hex')];
  const faults: Fault[] = [];
  for (const [index, archive] of archives.entries()) {
    const { first, last, hash, file } = archive;
    if (first !== after + 1 || archive.before !== before)
      faults.push({ position: after + 1, what: `the archive ${file} does not go on where the one before it ends` });
    if (signed.get(last) !== hash)
      faults.push({
        position: last,
        what: `the archive ${file} ends here, and no checkpoint says that this is its hash`,
      });
    const event = said.get(streamOf('archive', archiveId(archive)));
    // That of an earlier one may be archived itself.
    const missing = event === undefined && index === archives.length - 1;
    if (missing || (event !== undefined && event !== textOf(archive)))
      faults.push({ position: first, what: `the archive ${file} is not as the log says` });
    [after, before] = [last, hash];
  }
  const doubled = await firstBefore(db, after);
  if (doubled !== undefined)
    faults.push({ position: doubled, what: 'the event is in an archive, and in the database as well' });
  return faults;
}

/** By stream: what the log says last of an archive. */
async function saidByTheLog(db: Db, archives: readonly KeptArchive[]): Promise<ReadonlyMap<string, string>> {
  const streams = archives.map((archive) => streamOf('archive', archiveId(archive)));
  const { rows } = await sql<{ stream: string; data: KeptArchive }>`
    select distinct on (stream) stream, data from events
    where stream = any(${streams}::text[]) and type = 'LogArchived' order by stream, version desc
  `.execute(db);
  return new Map(rows.map(({ stream, data }) => [stream, textOf(data)]));
}

function textOf({ first, last, before, hash, file, sha256, bytes }: Omit<KeptArchive, 'at' | 'actor'>): string {
  return JSON.stringify([first, last, before, hash, file, sha256, bytes]);
}

async function firstBefore(db: Db, until: number): Promise<number | undefined> {
  const { rows } = await sql<{ position: string | null }>`
    select min(position) as position from events where position <= ${until}
  `.execute(db);
  const position = rows[0]?.position ?? null;
  return position === null ? undefined : Number(position);
}
