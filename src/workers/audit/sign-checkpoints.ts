import { signCheckpoint, type AuditKey, type Checkpoint } from '../../domain/audit/checkpoint.ts';
import type { Db } from '../../postgres/database.ts';
import { hashesAt, keepCheckpoint, lastCheckpoint, readLogHead } from '../../store/audit.ts';
import type { WorkerDeps } from '../deps.ts';
import type { Membership } from '../membership.ts';
import { repeat } from '../repeat.ts';
import { repeatAlone } from '../sole-worker.ts';
import { deliverCheckpoints } from './deliver.ts';
import { appendToFile } from './checkpoint-file.ts';

/** No more events than these lie between two checkpoints. */
export const EVENTS_BETWEEN = 1_000;
/** While there are events that no checkpoint covers, one is made so often. */
export const MS_BETWEEN = 10_000;
const LOOK_MS = 1_000;
const LATE = 'checkpoints are late; the next look makes up for it';

/** Where checkpoints are kept besides the database. */
export interface CheckpointKeeping {
  readonly key: AuditKey;
  /** A file on this host that grows by a line for each. */
  readonly file: string | undefined;
  /** An address that each is posted to. */
  readonly webhook: string | undefined;
}

type Deps = Pick<WorkerDeps, 'database' | 'clock' | 'log' | 'installationId' | 'checkpoints'>;

/** Signs how far the log has come, again and again, when no other worker does, and posts what was signed to the webhook. */
export function signCheckpoints(deps: Deps, life: Membership): Promise<void> {
  const { db } = deps.database;
  const { webhook } = deps.checkpoints;
  const due = dueAfter(MS_BETWEEN);
  return repeatAlone(deps, life, { lock: 'signCheckpoints', everyMs: LOOK_MS, late: LATE }, async () => {
    await sign(db, deps, due(deps.clock.now().getTime(), await uncovered(db)));
    if (webhook !== undefined) await deliverCheckpoints(db, webhook, life.ended);
  });
}

/** Adds what was signed, by whichever worker, to the file on this worker's host, if it is to keep one. */
export async function keepCheckpointFile(deps: Deps, life: Membership): Promise<void> {
  const { file } = deps.checkpoints;
  if (file === undefined) return;
  await repeat(deps, life, { everyMs: LOOK_MS, late: LATE }, () => appendToFile(deps.database.db, file));
}

/** From where to where the log has no checkpoint. */
export interface Uncovered {
  readonly after: number;
  readonly head: number;
}

/**
 * At which positions checkpoints are due: one every `EVENTS_BETWEEN`, and one at the head when events have waited for `ms`.
 * It remembers since when they wait.
 */
export function dueAfter(ms: number): (now: number, uncovered: Uncovered) => readonly number[] {
  let waitingSince: number | undefined;
  return (now, { after, head }) => {
    const full = Array.from(
      { length: Math.floor((head - after) / EVENTS_BETWEEN) },
      (_, n) => after + (n + 1) * EVENTS_BETWEEN,
    );
    const covered = full.at(-1) ?? after;
    if (head === covered || full.length > 0) waitingSince = undefined;
    if (head === covered) return full;
    waitingSince ??= now;
    if (now - waitingSince < ms) return full;
    waitingSince = undefined;
    return [...full, head];
  };
}

async function uncovered(db: Db): Promise<Uncovered> {
  const last = await lastCheckpoint(db);
  const { position } = await readLogHead(db);
  return { after: last?.position ?? 0, head: position };
}

async function sign(db: Db, { checkpoints, clock, installationId }: Deps, positions: readonly number[]): Promise<void> {
  if (positions.length === 0) return;
  const hashes = await hashesAt(db, positions);
  for (const position of positions) {
    const hash = hashes.get(position);
    if (hash === undefined) throw new Error(`the log has no event ${position}, and has ones after it`);
    const statement = { installation: installationId, position, hash, at: clock.now().toISOString() };
    const signed: Checkpoint = signCheckpoint(statement, checkpoints.key);
    await keepCheckpoint(db, signed);
  }
}
