import { InvalidInput } from '../domain/problem.ts';
import { type Moments, positionOfMoment } from '../services/moment.ts';
import type { EventStore, PastReader } from '../store/event-store.ts';
import type { Route } from './contract/route.ts';
import { OPERATIONS, type OperationName } from './contract/operations.ts';
import { ROUTES } from './contract/routes.ts';
import { CHANGES, WITHOUT_PAST } from './contract/without-past.ts';

/** What the past is read from. */
export type PastStore = Moments & Pick<EventStore, 'asOf'>;

/**
 * The rows as of `?at=`: a position of the log, an RFC 3339 time, or the id of an event; undefined without it.
 * Throws InvalidInput for what is none of these, lies in the future, or is asked of a route that has no past.
 */
export async function pastOf(
  name: OperationName,
  at: string | undefined,
  store: PastStore,
): Promise<PastReader | undefined> {
  const route: Route = ROUTES[name];
  if (at === undefined) return undefined;
  if (route.asOf !== true) {
    // What else is public tells no state; the echo answers whatever it is sent.
    if (route.permission === 'public') return undefined;
    throw refused(`${OPERATIONS[name]} cannot be read as of a moment${whyNot(name)}`, canBeRead());
  }
  return store.asOf(await positionOfMoment(store, 'at', at));
}

function whyNot(name: OperationName): string {
  const why = Object.entries<string>(WITHOUT_PAST).find(([each]) => each === name)?.[1];
  return why === undefined || why === CHANGES ? '' : `: ${why}`;
}

function canBeRead(): string {
  const routes = Object.entries<Route>(ROUTES).filter(([, { asOf }]) => asOf === true);
  return `these can: ${routes.map(([name]) => OPERATIONS[name as OperationName]).join(', ')}`;
}

function refused(message: string, hint: string): InvalidInput {
  return new InvalidInput([{ field: 'at', message, hint }]);
}
