import { inputOf, type Input } from '../input.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import { REPLICA_COUNT } from './parse-count.ts';
import { flagOf } from './parse-flag.ts';

/** What comes with a command to a rollout: why, in the user's own words. */
export interface RolloutCommand {
  readonly reason: string | undefined;
}

/** A reason is told in one line. */
const MAX_REASON = 500;

/** Throws InvalidInput with every problem at once, as the others here do. */
export function parseRolloutCommand(value: unknown): RolloutCommand {
  return read(value, () => ({}));
}

/** `now`: all at once. */
export function parseRestart(value: unknown): RolloutCommand & { readonly now: boolean } {
  return read(value, (input) => ({ now: flagOf(input, 'now') ?? false }));
}

/** `full`: to the end. */
export function parsePromote(value: unknown): RolloutCommand & { readonly full: boolean } {
  return read(value, (input) => ({ full: flagOf(input, 'full') ?? false }));
}

export function parseScale(value: unknown): RolloutCommand & { readonly replicas: number } {
  return read(value, (input) => {
    if (!input.has('replicas')) input.problem('replicas', 'is required', 'how many are wanted, 0 for none');
    return { replicas: input.integer('replicas', REPLICA_COUNT) ?? 0 };
  });
}

function read<Rest>(value: unknown, rest: (input: Input) => Rest): RolloutCommand & Rest {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  const reason = input.text('reason')?.trim();
  if (reason !== undefined && reason.length > MAX_REASON) {
    input.problem('reason', `has ${reason.length} characters`, `at most ${MAX_REASON}`);
  }
  const parsed = { reason: reason === '' ? undefined : reason, ...rest(input) };
  if (problems.length > 0) throw new InvalidInput(problems);
  return parsed;
}
