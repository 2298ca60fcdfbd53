import { ApiError, ServerUnreachable } from '../api/client-error.ts';
import { describeProblem } from '../domain/problem.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { Failure } from './failure.ts';

/** What the failure is about, for its next steps. */
export interface Attempt {
  /** `save deployment depl_x` */
  readonly what: string;
  readonly environmentName: string;
  readonly userSlug?: string | undefined;
  /** The command that shows what exists, for a 404. */
  readonly lookUp?: string;
}

/** The error of a call as the user reads it: what failed, why, and what to do. Errors that are no call's pass unchanged. */
export function serverFailure(error: unknown, attempt: Attempt): unknown {
  if (error instanceof ServerUnreachable) return unreachable(error, attempt);
  if (!(error instanceof ApiError)) return error;
  const quoted = error.correlationId === undefined ? '' : ` [${error.correlationId}]`;
  const why = `cannot ${attempt.what}: ${error.message || `the server answered ${error.status}`}${quoted}`;
  const details = error.problems.map(describeProblem);
  return new Failure(why, {
    exitCode: exitCodeOf(error, attempt),
    details,
    next: nextSteps(error, attempt),
    cause: error,
  });
}

function unreachable(error: ServerUnreachable, attempt: Attempt): Failure {
  return new Failure(`cannot ${attempt.what}: ${error.message}`, {
    exitCode: EXIT.unreachable,
    next: [
      'start a server on this machine with: npm start',
      `or see where "${attempt.environmentName}" points and choose another: oo env ls; oo env select <name>`,
    ],
    cause: error,
  });
}

function exitCodeOf({ status }: ApiError, { userSlug }: Attempt): ExitCode {
  switch (status) {
    case 400:
      return EXIT.usage;
    case 401:
    case 403:
      return EXIT.unauthorized;
    case 422:
      // Of the user service it is the answer to no token at all; of others, of what was tried and failed.
      return userSlug === undefined ? EXIT.unauthorized : EXIT.failure;
    case 404:
      return EXIT.notFound;
    case 409:
    case 412:
      return EXIT.conflict;
    case 408:
    case 504:
      return EXIT.timeout;
    default:
      return EXIT.failure;
  }
}

function nextSteps(error: ApiError, attempt: Attempt): string[] {
  const { environmentName, userSlug, lookUp } = attempt;
  switch (exitCodeOf(error, attempt)) {
    case EXIT.unauthorized:
      return [
        userSlug === undefined
          ? `log in to "${environmentName}": oo login <slug>`
          : `"${userSlug}" may not do this, or the token is no longer good: oo login ${userSlug}`,
      ];
    case EXIT.notFound:
      return lookUp === undefined ? [] : [lookUp];
    default:
      return error.retryAfterSeconds === undefined ? [] : [`try again in ${error.retryAfterSeconds} s`];
  }
}
