import type { DomainEvent } from '../domain/event.ts';
import { streamOf, type StreamKind } from '../domain/stream.ts';
import { VersionConflict } from '../store/command.ts';
import type { EventStore } from '../store/event-store.ts';
import type { ProjectionName } from '../store/projection.ts';
import { callerOf, type RequestContext } from './handler.ts';

/** How often a decision is made anew because somebody else was first. Each time one of those who race gets through. */
export const TRIES = 50;

/** The rows that the decisions about streams of a kind are made from. */
export const ROWS = {
  deployment: 'deployments',
  definition: 'definitions',
  node: 'nodes',
  instance: 'instances',
  user: 'users',
  permit: 'permits',
  enroll: 'enrolls',
  route: 'routes',
  config: 'configs',
} as const satisfies Partial<Record<StreamKind, ProjectionName>>;

export interface Decision<State> {
  readonly kind: keyof typeof ROWS;
  readonly id: string;
  /** Called again with the newer state when the stream has moved. */
  readonly decide: (state: State | undefined) => readonly DomainEvent[] | Promise<readonly DomainEvent[]>;
  /** In whose name; the caller by default. */
  readonly actor?: string;
}

/**
 * Reads the row, decides, appends on condition that nobody else was first, and starts over when somebody was.
 * Returns the position of the last event, undefined when there was nothing to do.
 */
export async function carryOut<State>(
  store: EventStore,
  context: RequestContext,
  { kind, id, decide, actor = `user/${callerOf(context).slug}` }: Decision<State>,
): Promise<number | undefined> {
  for (let tried = 1; ; tried += 1) {
    const row = await store.row<State>(ROWS[kind], id);
    const events = await decide(row?.state);
    if (events.length === 0) return undefined;
    try {
      const { last } = await store.append({
        context: { actor, correlationId: context.correlationId },
        appends: [{ stream: streamOf(kind, id), expectedVersion: row?.version ?? 0, events }],
        idempotencyKey: context.idempotencyKey,
      });
      return last;
    } catch (error) {
      if (!(error instanceof VersionConflict) || tried >= TRIES) throw error;
    }
  }
}
