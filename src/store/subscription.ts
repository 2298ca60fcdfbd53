import { pause, type Clock } from '../clock.ts';
import type { RecordedEvent } from '../domain/event.ts';
import type { Db } from '../postgres/database.ts';
import type { SubscribeOptions } from './event-store.ts';
import { isUnreachable } from './failure.ts';
import type { HeadSignal } from './head-signal.ts';
import { readEvents } from './read.ts';
import type { UpcastTable } from './upcast.ts';

const PAGE = 500;
const RETRY_MS = 250;

export interface SubscriptionDeps {
  readonly db: Db;
  readonly signal: HeadSignal;
  readonly clock: Clock;
  readonly upcasts: UpcastTable;
}

/** Follows the log. Positions are gapless in commit order, so the last one seen is all there is to remember. */
export async function* subscribe(deps: SubscriptionDeps, options: SubscribeOptions): AsyncGenerator<RecordedEvent> {
  const { signal, deploymentId, onUnavailable } = options;
  let after = options.from;
  while (!signal.aborted) {
    const heard = deps.signal.heard;
    const page = await readPage(deps, { after, deploymentId }, onUnavailable);
    if (page === undefined) {
      await pause(deps.clock, RETRY_MS, signal);
      continue;
    }
    for (const event of page) {
      if (deploymentId === undefined && event.position !== after + 1) throw new GapInLog(after, event.position);
      if (signal.aborted) return;
      yield event;
      after = event.position;
    }
    if (page.length < PAGE) await deps.signal.wait(heard, signal);
  }
}

/** The log skips a position: it was tampered with, or written by something that does not hold the head's lock. */
export class GapInLog extends Error {
  constructor(after: number, next: number) {
    super(`the log has a gap: after position ${after} comes ${next}; run "deploy-svc projections verify"`);
    this.name = 'GapInLog';
  }
}

async function readPage(
  { db, upcasts }: SubscriptionDeps,
  { after, deploymentId }: { after: number; deploymentId: string | undefined },
  onUnavailable: ((error: unknown) => void) | undefined,
): Promise<readonly RecordedEvent[] | undefined> {
  try {
    return await readEvents(db, { after, limit: PAGE, deploymentId }, upcasts);
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    onUnavailable?.(error);
    return undefined;
  }
}
