import { abortReason } from '../../abort-reason.ts';
import { EngineError, type EngineErrorCode } from '../engine-error.ts';

/** An answer of the engine that is not a success: its status and its own words. */
export class HttpFailure extends Error {
  readonly status: number;

  constructor(status: number, words: string) {
    super(words);
    this.name = 'HttpFailure';
    this.status = status;
  }
}

/** Reads an error of the transport: an HttpFailure when the engine answered, else the error as it is. */
export function toHttpFailure(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error), { cause: error });
  if (!('statusCode' in error) || typeof error.statusCode !== 'number') return error;
  const words = error.message.replace(/^\(HTTP code \d+\) unexpected - /, '').trim();
  return new HttpFailure(error.statusCode, words || `HTTP status ${error.statusCode}`);
}

/**
 * Runs an operation and turns what it throws into an EngineError that names it. `codeOf` tells the cases of an
 * answer apart; undefined falls back to `refused`. A failure of the transport is `unreachable`; an abort
 * stays what the caller gave as its reason.
 */
export async function translate<T>(
  operation: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
  codeOf: (failure: HttpFailure) => EngineErrorCode | undefined = () => undefined,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toEngineError(operation, signal, error, codeOf);
  }
}

/** The error to throw for `error`; see `translate`. */
export function toEngineError(
  operation: string,
  signal: AbortSignal | undefined,
  error: unknown,
  codeOf: (failure: HttpFailure) => EngineErrorCode | undefined = () => undefined,
): Error {
  if (error instanceof EngineError) return error;
  if (error instanceof HttpFailure) {
    return new EngineError(codeOf(error) ?? 'refused', `${operation}: ${error.message}`, { cause: error });
  }
  // Timers of the platform reject with an AbortError of their own.
  if (signal?.aborted) return abortReason(signal);
  return new EngineError('unreachable', `${operation}: ${wordsOf(error)}`, { cause: error });
}

/** A connection tried at several addresses fails with an AggregateError whose own message is empty. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ');
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}

export const isNotFound = (failure: unknown): boolean => failure instanceof HttpFailure && failure.status === 404;
/** The engine still knows the container, and gives nothing of it away any more. */
export const isBeingRemoved = (failure: unknown): boolean =>
  failure instanceof HttpFailure && failure.status === 409 && /dead or marked for removal/.test(failure.message);
export const isNotModified = (failure: unknown): boolean => failure instanceof HttpFailure && failure.status === 304;
