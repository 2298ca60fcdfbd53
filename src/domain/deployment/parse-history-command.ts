import { InvalidInput, type Problem } from '../problem.ts';
import { type Input, inputOf } from '../input.ts';
import { parseRolloutCommand, type RolloutCommand } from './parse-command.ts';
import { checkTag, type Tagging } from './tag.ts';

const REVISION = { min: 1, max: 2 ** 31 - 1 };

/** `to`: a number or a tag. Throws InvalidInput. */
export function parseRollback(value: unknown): RolloutCommand & { readonly to: string | undefined } {
  const reason = parseRolloutCommand(value);
  return { ...reason, to: read(value, (input) => numberOrText(input, 'to')) };
}

/** Which revision gets which name. Throws InvalidInput. */
export function parseTagging(value: unknown): Tagging {
  const { reason } = parseRolloutCommand(value);
  const name = parseUntag(value);
  return { name, reason, revision: read(value, (input) => input.integer('revision', REVISION)) };
}

/** The name of a tag. Throws InvalidInput. */
export function parseUntag(value: unknown): string {
  return checkTag(read(value, (input) => input.requiredText('name', 'v1.4')));
}

function numberOrText(input: Input, field: string): string | undefined {
  const given = input.raw(field);
  if (typeof given === 'number') return String(input.integer(field, REVISION) ?? '');
  return input.text(field);
}

function read<Out>(value: unknown, take: (input: Input) => Out): Out {
  const problems: Problem[] = [];
  const out = take(inputOf(value, problems));
  if (problems.length > 0) throw new InvalidInput(problems);
  return out;
}
