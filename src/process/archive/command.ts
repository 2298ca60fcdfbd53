import { systemClock } from '../../clock.ts';
import { BrokenArchive } from '../../archive/verify-archive.ts';
import { momentOf } from '../../cli/text/moment.ts';
import type { Config } from '../../config.ts';
import type { KeptArchive } from '../../domain/archive/archive.ts';
import { InvalidInput } from '../../domain/problem.ts';
import type { Logger } from '../../logger.ts';
import { PROJECTIONS } from '../../projections/all.ts';
import { auditKeysOf } from '../../services/audit/keys.ts';
import { positionOfMoment } from '../../services/moment.ts';
import { readArchives } from '../../store/archives.ts';
import { lastCheckpoint } from '../../store/audit.ts';
import { openStore } from '../../store/postgres-store.ts';
import { keyRing } from '../../vault/key-ring.ts';
import { openMigrated } from '../database.ts';
import { createArchives } from './create.ts';
import { type ArchivePorts, ArchiveRefused, operatorActor } from './ports.ts';
import { restoreArchives } from './restore.ts';

/** What `deploy-svc archive` is asked to do. */
export type ArchiveAction =
  | { readonly action: 'create'; readonly until: string; readonly directory: string }
  | { readonly action: 'restore'; readonly path: string; readonly from: number | undefined }
  | { readonly action: 'list' };

/** Moves closed ranges of the log to files and back. Returns the exit code: 0, 1 when something failed, 2 when it was not to be done. */
export async function archiveCommand(asked: ArchiveAction, config: Config, log: Logger): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const database = await openMigrated(stack, config, log);
  const store = stack.use(
    // No job follows from an archive.
    openStore({ database, clock: systemClock, projections: PROJECTIONS, effects: async () => undefined }),
  );
  const keys = auditKeysOf(keyRing(config.SECRET_KEY, config.SECRET_KEY_PREVIOUS));
  try {
    await carryOut(asked, { database, store, keys, actor: operatorActor() });
    return 0;
  } catch (error) {
    const told = failureOf(error);
    if (told === undefined) throw error;
    process.stderr.write(`Error: ${told.message}\n${told.next === undefined ? '' : `next: ${told.next}\n`}`);
    return told.code;
  }
}

async function carryOut(asked: ArchiveAction, ports: ArchivePorts): Promise<void> {
  switch (asked.action) {
    case 'list': {
      const archives = await readArchives(ports.database.db);
      print(
        ...(archives.length === 0 ? ['nothing is archived: the whole log is in the database'] : archives.map(lineOf)),
      );
      return;
    }
    case 'create': {
      const { directory } = asked;
      const until = await positionUntil(ports, asked.until);
      await createArchives(ports, {
        directory,
        until,
        onArchived: ({ first, last, file, bytes }, adopted) =>
          print(
            `positions ${first} to ${last} are in ${file}, ${bytes} bytes${adopted ? ', which was there already' : ''}; verified, and out of the database`,
          ),
      });
      return;
    }
    case 'restore': {
      const onRestored = ({ first, last, file }: KeptArchive): void =>
        print(`positions ${first} to ${last} are back from ${file}`);
      await restoreArchives(ports, { path: asked.path, from: asked.from, onRestored });
      return;
    }
    default:
      asked satisfies never;
  }
}

/** A position is meant exactly. By a time or an age all that is older is meant, as far as it is covered by a checkpoint. */
async function positionUntil({ store, database }: ArchivePorts, text: string): Promise<number> {
  const days = /^(\d+)d$/.exec(text)?.[1];
  const moment = momentOf(days === undefined ? text : `${Number(days) * 24}h`);
  const position = await positionOfMoment(store, '--until', moment);
  if (/^\d+$/.test(text)) return position;
  return Math.min(position, (await lastCheckpoint(database.db))?.position ?? position);
}

function lineOf({ first, last, file, sha256, bytes, at, actor }: KeptArchive): string {
  return `${first} to ${last}  ${file}  ${bytes} bytes  sha256 ${sha256}  ${at.toISOString()}  ${actor}`;
}

function print(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

interface Told {
  readonly message: string;
  readonly next?: string | undefined;
  readonly code: 1 | 2;
}

/** What people read of it; undefined: a fault of ours. */
function failureOf(error: unknown): Told | undefined {
  if (error instanceof InvalidInput) return { message: error.message, code: 2 };
  if (error instanceof ArchiveRefused) return { message: error.message, next: error.next, code: 2 };
  if (error instanceof BrokenArchive)
    return { message: `${error.message}; nothing of that file was restored`, next: OTHER_COPY, code: 1 };
  // The disk is full, or the directory may not be written.
  if (error instanceof Error && 'syscall' in error)
    return { message: `${error.message}; no event of that file has left the log`, next: OTHER_PLACE, code: 1 };
  return undefined;
}

const OTHER_COPY = 'find a copy of the file that was not changed';
const OTHER_PLACE = 'mend it, or choose another directory with --to; what is archived already stays so';
