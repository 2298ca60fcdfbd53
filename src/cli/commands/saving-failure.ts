import { ApiError } from '../../api/client-error.ts';
import type { Context } from '../context.ts';
import { type Loaded, placeProblem } from '../document/load.ts';
import { describeFileProblem } from '../document/problem.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/** The server's refusal of an object of a file: each of its problems at the line of the file that it speaks of. */
export function savingFailure(context: Context, error: unknown, what: string, loaded: Loaded<unknown>): unknown {
  if (!(error instanceof ApiError) || error.problems.length === 0) return context.failure(error, what);
  const details = error.problems.map((problem) => describeFileProblem(placeProblem(loaded, problem)));
  const count = details.length === 1 ? '1 problem' : `${details.length} problems`;
  return new Failure(`cannot ${what}: the server found ${count} in ${loaded.file}`, {
    exitCode: error.status === 409 ? EXIT.conflict : EXIT.usage,
    details,
    cause: error,
  });
}
