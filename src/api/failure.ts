import { Conflict, InvalidInput, NotFound, type Problem } from '../domain/problem.ts';
import { Refusal } from '../services/refusal.ts';
import { Archived } from '../store/archived.ts';
import { InvariantViolated, StoreUnavailable, VersionConflict } from '../store/command.ts';
import { isUnreachable } from '../store/failure.ts';

/** How a request ends that did not succeed. */
export interface Failure {
  readonly status: number;
  /** For people; says nothing of the server's inside. */
  readonly message: string;
  readonly problems?: readonly Problem[];
  readonly retryAfterSeconds?: number | undefined;
}

/** What an error means to the one who asked. Errors of ours are 500 and keep their words to themselves. */
export function failureOf(error: unknown): Failure {
  if (error instanceof InvalidInput) return { status: 400, message: error.message, problems: error.problems };
  if (error instanceof NotFound) return { status: 404, message: error.message };
  if (error instanceof Conflict || error instanceof InvariantViolated) return { status: 409, message: error.message };
  if (error instanceof VersionConflict) {
    return { status: 409, message: `${error.stream} is being changed by others at the same time; try again` };
  }
  if (error instanceof Archived) return { status: 410, message: error.message };
  if (error instanceof Refusal) {
    return { status: error.status, message: error.message, retryAfterSeconds: error.retryAfterSeconds };
  }
  if (error instanceof StoreUnavailable || isUnreachable(error)) {
    return { status: 503, message: 'the database is unavailable; try again', retryAfterSeconds: 1 };
  }
  return ofRequest(error) ?? { status: 500, message: 'Internal Server Error' };
}

/** A message as an HTTP reason phrase, where existing command lines look for it: one line of ASCII, 200 characters. */
export function reasonPhrase(message: string): string {
  const ascii = message
    .replaceAll('…', '...')
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/[^\x20-\x7e]/g, '?');
  return ascii.length > 200 ? `${ascii.slice(0, 197)}...` : ascii;
}

/** What Express and the body's reader complain about: the request itself. */
function ofRequest(error: unknown): Failure | undefined {
  if (error instanceof URIError) return { status: 400, message: 'Invalid URL' };
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return error.status >= 400 && error.status < 500 ? { status: error.status, message: error.message } : undefined;
}
