import type { ErrorRequestHandler, Response } from 'express';

import type { ErrorBody } from './contract/error.ts';
import { failureOf, reasonPhrase } from './failure.ts';
import type { RequestLog } from './log.ts';

/** An answer to a body full of mistakes stays readable. */
const MAX_PROBLEMS = 100;
const MAX_LINE = 2_000;

/** Ends the response with a failure in the contract's shape. */
export function errorHandler(log: RequestLog): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const failure = failureOf(error);
    const correlationId = correlationOf(response);
    if (failure.status === 500) log.error('request failed', { ...whatOf(request), correlationId, error });
    else log.debug('request refused', { ...whatOf(request), correlationId, ...failure });
    // The head is out: nothing can be said any more but that this answer is not whole.
    if (response.headersSent) return next(error);
    if (failure.retryAfterSeconds !== undefined) response.set('Retry-After', String(failure.retryAfterSeconds));
    if (failure.status === 401) response.set('WWW-Authenticate', 'Bearer');
    const line = failure.message.split(/[\r\n]+/).find((each) => each !== '') ?? '';
    const body: ErrorBody = { error: line.slice(0, MAX_LINE), correlationId };
    const problems = failure.problems?.slice(0, MAX_PROBLEMS).map((problem) => ({ ...problem }));
    send(response, failure.status, problems === undefined ? body : { ...body, problems }, line);
  };
}

/** Writes the body as JSON, or none for undefined. The reason phrase is for command lines that show nothing else. */
export function send(response: Response, status: number, body: unknown, reason?: string): void {
  response.status(status);
  if (reason !== undefined) response.statusMessage = reasonPhrase(reason);
  if (body === undefined) response.removeHeader('Content-Type');
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** The id under which this request is found in the log and in the events that it caused. */
export function correlationOf(response: Response): string {
  return String(response.getHeader('X-Correlation-Id'));
}

function whatOf({ method, path }: { readonly method: string; readonly path: string }): Record<string, string> {
  return { method, path };
}
