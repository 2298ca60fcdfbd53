import { ApiError } from '../../api/client-error.ts';
import { describeProblem } from '../../domain/problem.ts';
import type { Context } from '../context.ts';
import { type Loaded, placeProblem } from '../document/load.ts';
import { describeFileProblem } from '../document/problem.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

/** The server's refusal of objects that were sent as one list: each problem (`permits[2].slugs`) at its line of its file. */
export function batchFailure(
  context: Context,
  error: unknown,
  what: string,
  loaded: readonly Loaded<unknown>[],
): unknown {
  if (!(error instanceof ApiError) || error.problems.length === 0) return context.failure(error, what);
  const details = error.problems.map((problem) => {
    const [, index = '', field = ''] = /^\w+\[(\d+)\]\.?(.*)$/s.exec(problem.field) ?? [];
    const one = index === '' ? undefined : loaded[Number(index)];
    return one === undefined ? describeProblem(problem) : describeFileProblem(placeProblem(one, { ...problem, field }));
  });
  const count = details.length === 1 ? '1 problem' : `${details.length} problems`;
  return new Failure(`cannot ${what}: the server found ${count}, and saved none`, {
    exitCode: error.status === 409 ? EXIT.conflict : EXIT.usage,
    details,
    cause: error,
  });
}
