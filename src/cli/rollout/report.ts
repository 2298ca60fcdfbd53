import { Failure } from '../failure.ts';
import { type Format, printValue } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { conclusion, failureOf, resultOf } from './conclude.ts';
import type { Outcome } from './follow.ts';

/**
 * Prints how rollouts ended: a line for each that is up, or the results for programs. Throws the `Failure` of those that
 * are not; its exit code is that of the first.
 */
export async function reportOutcomes(terminal: Terminal, format: Format, outcomes: readonly Outcome[]): Promise<void> {
  const results = outcomes.map(resultOf);
  if (format !== 'table') await printValue(terminal, format, results.length === 1 ? results[0] : results);
  else for (const up of outcomes.filter(({ fate }) => fate === 'ok')) terminal.stdout.write(`${conclusion(up)}\n`);
  const failures = outcomes.map(failureOf).filter((failure) => failure !== undefined);
  const [first, ...others] = failures;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new Failure(failures.map(({ message }) => message).join('\nError: '), {
    exitCode: first.exitCode,
    details: failures.flatMap(({ details }) => details),
    next: [...new Set(failures.flatMap(({ next }) => next))],
  });
}
