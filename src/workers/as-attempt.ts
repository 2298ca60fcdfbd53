import { within } from '../ambient.ts';
import type { Attempt } from '../jobs/catalogue.ts';

/** Work on one of the replicas of a job: its lines tell which, and because of what. */
export function asAttempt<Result>({ replicaId, generation, cause }: Attempt, work: () => Result): Result {
  const { correlationId, eventId } = cause;
  const fields = { replicaId, generation, correlationId, ...(eventId === undefined ? {} : { causationId: eventId }) };
  return within({ fields }, work);
}
