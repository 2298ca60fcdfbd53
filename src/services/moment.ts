import { InvalidInput } from '../domain/problem.ts';
import type { EventStore } from '../store/event-store.ts';

/** What finds a moment of the log. */
export type Moments = Pick<EventStore, 'positionAt' | 'positionOf' | 'head' | 'reaches' | 'archived'>;

const POSITION = /^\d{1,15}$/;
const EVENT_ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/**
 * The position of a moment: a position itself, an RFC 3339 time (the last event by then), or the id of an event.
 * Throws InvalidInput for what is none of these or lies in the future. `field`: where it was said.
 */
export async function positionOfMoment(store: Moments, field: string, at: string): Promise<number> {
  if (POSITION.test(at) && (await store.reaches(Number(at)))) return Number(at);
  const head = await store.head();
  if (POSITION.test(at)) {
    throw refused(field, `position ${at} is in the future: the log's head is ${head}`, `at most ${head}`);
  }
  if (EVENT_ID.test(at)) {
    const position = await store.positionOf(at);
    if (position !== undefined) return position;
    const archived = await store.archived();
    const among =
      archived === undefined ? '' : ` after position ${archived.until}, and those up to there are in archives`;
    const next = 'ids of events: oo events -o json';
    throw refused(field, `there is no event ${at}${among}; the log's head is ${head}`, next);
  }
  const moment = TIME.test(at) ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(moment)) {
    const forms = `a position up to ${head}, a time like 2026-11-23T03:12:00Z, or the id of an event`;
    throw refused(field, `"${at.slice(0, 100)}" is no moment of the log, whose head is ${head}`, forms);
  }
  const now = Date.now();
  if (moment > now) {
    const seconds = Math.ceil((moment - now) / 1000);
    throw refused(field, `${at} is ${seconds} s in the future; the log's head is ${head}`, new Date(now).toISOString());
  }
  return store.positionAt(new Date(moment));
}

function refused(field: string, message: string, hint: string): InvalidInput {
  return new InvalidInput([{ field, message, hint }]);
}
