import type { Trace } from '../../api/contract/why.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import { explainAll, type Explained } from './gather.ts';
import type { Db } from '../../postgres/database.ts';
import { readCorrelation, readWithCauses } from '../../store/causes.ts';
import type { Sight } from '../sight/sight.ts';
import { toSentenceView } from './view.ts';

/** Events of one correlation that are looked at. */
const MOST = 5_000;

/** What led to an event, itself, and all that it led to up to a position. Costs what its correlation has of events, whatever else is in the log. */
export async function traceOf(
  db: Db,
  event: RecordedEvent,
  sight: Sight,
  until: number | undefined = Infinity,
): Promise<Trace & Pick<Explained, 'archived'>> {
  const led = await readWithCauses(db, [event.id]);
  const all = await readCorrelation(db, event.correlationId, MOST + 1);
  const whole = [...led, ...causedBy(event, all)].filter(({ position }) => position <= until);
  const events = sight.seenOf(whole);
  const hidden = whole.length - events.length;
  const { sentences, archived } = await explainAll(db, events);
  const byPosition = new Map(events.map((each) => [each.position, each]));
  const first = sentences[0]?.at.getTime() ?? 0;
  return {
    eventId: event.id,
    position: event.position,
    correlationId: event.correlationId,
    events: sentences.map((sentence) => {
      const { stream = '', causationId } = byPosition.get(sentence.position) ?? {};
      return {
        ...toSentenceView(sentence),
        stream,
        ...(causationId === undefined ? {} : { causationId }),
        afterMs: sentence.at.getTime() - first,
      };
    }),
    truncated: all.length > MOST,
    ...(hidden > 0 && { hidden }),
    archived,
  };
}

/** What an event led to: causes come before what they cause, so one pass in order finds all. */
export function causedBy(
  event: Pick<RecordedEvent, 'id'>,
  inOrder: readonly RecordedEvent[],
): readonly RecordedEvent[] {
  const known = new Set([event.id]);
  return inOrder.filter(({ id, causationId }) => {
    if (causationId === undefined || !known.has(causationId)) return false;
    known.add(id);
    return true;
  });
}
