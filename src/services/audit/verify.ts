import { createPublicKey, type KeyObject } from 'node:crypto';

import { isSignedBy, type Checkpoint } from '../../domain/audit/checkpoint.ts';
import type { Db } from '../../postgres/database.ts';
import {
  firstBroken,
  firstCheckpointNotBy,
  checkpointsAt,
  hashesAt,
  lastCheckpoint,
  lastEvent,
  readCheckpoints,
  readLogHead,
  type LogHead,
} from '../../store/audit.ts';
import { refuseArchived } from '../../store/archived.ts';
import { readArchives } from '../../store/archives.ts';
import { archiveFaults } from './archive-faults.ts';
import type { Fault } from './fault.ts';
import type { AuditKeys } from './keys.ts';
import { newestRow } from '../../store/newest-row.ts';

export interface Verified {
  readonly until: number;
  readonly head: LogHead;
  readonly checkpoints: number;
  readonly lastCheckpoint: Checkpoint | undefined;
  readonly fault: Fault | undefined;
}

/** More checkpoints than there can be in a part: one for each event would be signed by somebody else. */
const CHECKPOINTS_AT_MOST = 100_000;

/**
 * Verifies the events after `after`, at most `limit` of them: their chain, the checkpoints among them, and, where the part
 * reaches the end, that the log has not been cut off there. The part that begins where the archives end also verifies what is said of
 * them, and the checkpoints at their ends; those within them are for who has the files. Throws `Archived` for one that begins before.
 */
export async function verifyPart(db: Db, keys: AuditKeys, after: number, limit: number): Promise<Verified> {
  await refuseArchived(db, after);
  const archives = await readArchives(db);
  const archived = archives.at(-1);
  const head = await readLogHead(db);
  const last = (await lastEvent(db)) ?? { position: archived?.last ?? 0, hash: archived?.hash ?? '' };
  const end = Math.max(head.position, last.position);
  const until = Math.min(after + limit, end);
  const broken = await firstBroken(db, after, until);
  const ends =
    archived?.last === after
      ? await checkpointsAt(
          db,
          archives.map((each) => each.last),
        )
      : [];
  const signed = await readCheckpoints(db, after, CHECKPOINTS_AT_MOST);
  const own = signed.filter(({ position }) => position <= until);
  const faults = [
    ...(until === end ? await endFaults(db, { head, last, checkpoint: await lastCheckpoint(db) }) : []),
    ...(archived?.last === after ? await archiveFaults(db, archives, ends) : []),
    ...(broken === undefined
      ? []
      : [
          {
            position: broken,
            what: 'the event is missing, or its hash is not that of its row and of the hash before it',
          },
        ]),
    ...(await checkpointFaults(db, keys, [...ends, ...own])),
  ].sort((one, other) => one.position - other.position);
  const [fault] = faults;
  const holding = own.filter(({ position }) => fault === undefined || position < fault.position);
  return { until, head, checkpoints: own.length, lastCheckpoint: holding.at(-1), fault };
}

async function checkpointFaults(
  db: Db,
  keys: AuditKeys,
  checkpoints: readonly Checkpoint[],
): Promise<readonly Fault[]> {
  const known = new Map<string, KeyObject>(keys.all.map(({ id, publicKey }) => [id, createPublicKey(publicKey)]));
  const hashes = await hashesAt(
    db,
    checkpoints.map(({ position }) => position),
  );
  const strongSince = await firstCheckpointNotBy(db, keys.weak);
  return checkpoints.flatMap((checkpoint) => {
    const { position, keyId } = checkpoint;
    if (keyId === keys.weak && strongSince !== undefined && position > strongSince)
      return [
        {
          position,
          what: 'the checkpoint is signed with the key that everybody knows, after ones by a key of its own',
        },
      ];
    const key = known.get(keyId);
    if (key === undefined) return [{ position, what: `the checkpoint is signed with the unknown key ${keyId}` }];
    if (!isSignedBy(checkpoint, key))
      return [{ position, what: 'the signature of the checkpoint is not over what it says' }];
    if (hashes.get(position) !== checkpoint.hash)
      return [{ position, what: 'the checkpoint was signed for another history' }];
    return [];
  });
}

interface End {
  readonly head: LogHead;
  readonly last: LogHead;
  readonly checkpoint: Checkpoint | undefined;
}

async function endFaults(db: Db, { head, last, checkpoint }: End): Promise<readonly Fault[]> {
  const after = last.position + 1;
  const newest = await newestRow(db);
  return [
    ...(last.position < head.position
      ? [{ position: after, what: `the log ends here, and its head says ${head.position}` }]
      : []),
    ...(last.position > head.position
      ? [{ position: head.position + 1, what: `the log's head says ${head.position}, and events follow` }]
      : []),
    ...(last.position === head.position && last.position > 0 && last.hash !== head.hash
      ? [{ position: last.position, what: "the log's head has another hash" }]
      : []),
    ...(checkpoint !== undefined && checkpoint.position > last.position
      ? [{ position: after, what: `the log ends here, and a checkpoint was signed at ${checkpoint.position}` }]
      : []),
    ...(newest !== undefined && newest.since > last.position
      ? [{ position: after, what: `the log ends here, and ${newest.table} was changed at ${newest.since}` }]
      : []),
  ];
}
