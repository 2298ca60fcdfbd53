import type { EventFilter } from '../../store/event-store.ts';
import type { RequestOf } from '../handler.ts';
import { type Moments, positionOfMoment } from '../moment.ts';

/** Which stretch of the log is asked for, and which events of it. */
export interface EventRange {
  readonly after: number;
  /** The last position; undefined: without end. */
  readonly until: number | undefined;
  readonly filter: EventFilter;
}

/** Reads what a request for events asks for, of a log that ends at `head`. Throws InvalidInput for moments that the log does not have. */
export async function eventRange(
  store: Moments,
  query: RequestOf<'listEvents'>['query'],
  head?: number,
): Promise<EventRange> {
  const { after = 0, since, until, type, actor, correlationId, entity } = query;
  const first = since === undefined ? 0 : await positionOfMoment(store, 'since', since);
  return {
    after: Math.max(after, first),
    until: earlier(head, until === undefined ? undefined : await positionOfMoment(store, 'until', until)),
    filter: { types: type?.split(','), actor, correlationId, entity },
  };
}

function earlier(head: number | undefined, until: number | undefined): number | undefined {
  return head === undefined || until === undefined ? (head ?? until) : Math.min(head, until);
}
