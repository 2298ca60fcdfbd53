import type { ArchivedPart } from '../../store/archived.ts';
import type { EventFilter, EventStore } from '../../store/event-store.ts';
import type { RequestOf } from '../handler.ts';
import { type Moments, positionOfMoment } from '../moment.ts';

/** Which stretch of the log is asked for, and which events of it. */
export interface EventRange {
  readonly after: number;
  /** The last position; undefined: without end. */
  readonly until: number | undefined;
  readonly filter: EventFilter;
  /** What the stretch leaves out, as no beginning was named. */
  readonly archived: ArchivedPart | undefined;
}

/** Reads what a request for events asks for. Throws InvalidInput for moments that the log does not have. */
export async function eventRange(
  store: Moments & Pick<EventStore, 'archived'>,
  query: RequestOf<'listEvents'>['query'],
): Promise<EventRange> {
  const { after = 0, since, until, type, actor, correlationId, entity } = query;
  const first = since === undefined ? 0 : await positionOfMoment(store, 'since', since);
  const last = until === undefined ? undefined : await positionOfMoment(store, 'until', until);
  const archived = query.after === undefined && since === undefined ? await store.archived() : undefined;
  // Who names no beginning means all that there is; what is asked for up to an archived position is not there.
  const begins = archived !== undefined && (last === undefined || last > archived.until);
  return {
    after: begins ? archived.until : Math.max(after, first),
    until: last,
    archived,
    filter: { types: type?.split(','), actor, correlationId, entity },
  };
}
