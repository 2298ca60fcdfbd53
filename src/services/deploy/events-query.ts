import type { RecordedEvent } from '../../domain/event.ts';
import type { ArchivedPart } from '../../store/archived.ts';
import type { EventFilter, EventStore } from '../../store/event-store.ts';
import type { RequestOf } from '../handler.ts';
import { type Moments, positionOfMoment } from '../moment.ts';

/** Events in one answer, unless the caller asks for another number. */
const PAGE = 100;

/** Which stretch of the log is asked for, and which events of it. */
export interface EventRange {
  readonly after: number;
  /** The last position; undefined: without end. */
  readonly until: number | undefined;
  readonly filter: EventFilter;
  /** What the stretch leaves out, as no beginning was named. */
  readonly archived: ArchivedPart | undefined;
}

/** Reads what a request for events asks for, of a log that ends at `head`. Throws InvalidInput for moments that the log does not have. */
export async function eventRange(
  store: Moments & Pick<EventStore, 'archived'>,
  query: RequestOf<'listEvents'>['query'],
  head?: number,
): Promise<EventRange> {
  const { after = 0, since, until, type, actor, correlationId, entity } = query;
  const first = since === undefined ? 0 : await positionOfMoment(store, 'since', since);
  const last = until === undefined ? undefined : await positionOfMoment(store, 'until', until);
  const archived = query.after === undefined && since === undefined ? await store.archived() : undefined;
  // Who names no beginning means all that there is; what is asked for up to an archived position is not there.
  const end = earlier(head, last);
  const begins = archived !== undefined && (end === undefined || end > archived.until);
  return {
    after: begins ? archived.until : Math.max(after, first),
    until: end,
    archived,
    filter: { types: type?.split(','), actor, correlationId, entity },
  };
}

/** Who asks, and as of when. */
export interface Reader {
  /** What of the log is seen; undefined: all of it. */
  readonly within: EventFilter['within'];
  /** The log ends there; undefined: at its head. */
  readonly head: number | undefined;
}

export interface EventPage extends Pick<EventRange, 'archived'> {
  readonly events: readonly RecordedEvent[];
  /** Read on after this. */
  readonly position: number;
}

/** The events that a request asks for. */
export async function eventPage(
  store: Moments & Pick<EventStore, 'read' | 'archived'>,
  query: RequestOf<'listEvents'>['query'],
  { within, head }: Reader,
): Promise<EventPage> {
  const { limit = PAGE, deploymentId, stream } = query;
  const { after, until, filter, archived } = await eventRange(store, query, head);
  // Read first: with a filter there may be no event up to the head, and the reader must still get on.
  const end = head ?? (await store.head());
  const events = await store.read({ after, until, limit, filter: { ...filter, within }, deploymentId, stream });
  const last = events.at(-1)?.position ?? after;
  return { events, position: events.length < limit ? Math.max(end, last) : last, archived };
}

function earlier(head: number | undefined, until: number | undefined): number | undefined {
  return head === undefined || until === undefined ? (head ?? until) : Math.min(head, until);
}
