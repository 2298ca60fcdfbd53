import type { DomainEvent } from '../domain/event.ts';
import { streamOf } from '../domain/stream.ts';
import type { Tx } from '../postgres/database.ts';
import { VersionConflict } from '../store/command.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Row } from '../store/projection.ts';
import { ROWS, TRIES } from './carry-out.ts';
import { callerOf, type RequestContext } from './handler.ts';

/** One thing of several that are decided together. */
export interface Target<State> {
  readonly id: string;
  /** Called again with the newer state when its stream has moved. */
  readonly decide: (state: State | undefined) => readonly DomainEvent[];
}

/**
 * Reads the rows, decides each, and appends all in one command: all of it or nothing; starts over when somebody else was
 * first. Of two targets with one id the second decides on what the row was before the first, so ids must differ.
 * Returns the position of the last event, undefined when there was nothing to do.
 */
export async function carryOutAll<State>(
  store: EventStore,
  context: RequestContext,
  kind: keyof typeof ROWS,
  targets: readonly Target<State>[],
  effect?: (tx: Tx) => Promise<void>,
): Promise<number | undefined> {
  for (let tried = 1; ; tried += 1) {
    const rows = await rowsOf<State>(store, kind, targets);
    const appends = targets
      .map(({ id, decide }) => ({
        stream: streamOf(kind, id),
        expectedVersion: rows.get(id)?.version ?? 0,
        events: decide(rows.get(id)?.state),
      }))
      .filter(({ events }) => events.length > 0);
    if (appends.length === 0) return undefined;
    try {
      const { last } = await store.append({
        context: { actor: `user/${callerOf(context).slug}`, correlationId: context.correlationId },
        appends,
        idempotencyKey: context.idempotencyKey,
        effect,
      });
      return last;
    } catch (error) {
      if (!(error instanceof VersionConflict) || tried >= TRIES) throw error;
    }
  }
}

async function rowsOf<State>(
  store: EventStore,
  kind: keyof typeof ROWS,
  targets: readonly Target<State>[],
): Promise<ReadonlyMap<string, Row<State>>> {
  if (targets.length === 0) return new Map();
  const rows = await store.rows<State>(ROWS[kind], { id: targets.map(({ id }) => id) });
  return new Map(rows.map((row) => [row.id, row]));
}
