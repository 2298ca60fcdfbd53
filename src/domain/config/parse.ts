import { IDENTIFIER, IDENTIFIER_FORM } from '../identifier.ts';
import { inputOf, type Input, shown } from '../input.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import { isJsonObject, type Json, type JsonObject } from './data.ts';
import { BRANCH, BRANCH_FORM, configIdOf, DEFAULT_BRANCH } from './name.ts';
import { parsePointer } from './remove.ts';

/** What a save does to the data: first the removals, in order, then the merge. */
export interface ConfigChange {
  readonly data: JsonObject;
  /** JSON Pointers, as their keys. */
  readonly removals: readonly (readonly string[])[];
}

/** A save as somebody sent it. Absent: the app of the token, the caller's own id. */
export interface ConfigSave {
  readonly appHost: string | undefined;
  readonly id: string | undefined;
  readonly branch: string;
  readonly change: ConfigChange;
}

/** Throws InvalidInput with every problem at once. */
export function parseConfigSave(value: unknown): ConfigSave {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  const save = {
    appHost: input.text('appHost') || undefined,
    id: idOf(input),
    branch: branchOf(input),
    change: { data: dataOf(input), removals: removalsOf(input) },
  };
  if (save.appHost !== undefined && save.appHost.length > 255) input.problem('appHost', 'has more than 255 characters');
  if (!input.has('data') && !input.has('patch')) {
    const hint = input.has('dataJson') ? 'dataJson is not read when saving: send data' : 'data: { key: value }';
    input.problem('data', 'is required', hint);
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return save;
}

function idOf(input: Input): string | undefined {
  const given = input.text('id');
  if (given === undefined || given === '') return undefined;
  if (!IDENTIFIER.test(given)) input.problem('id', `${shown(given)} is no id`, IDENTIFIER_FORM);
  return configIdOf(given);
}

function branchOf(input: Input): string {
  const branch = input.text('branch') || DEFAULT_BRANCH;
  if (!BRANCH.test(branch)) input.problem('branch', `${shown(branch)} is no branch`, BRANCH_FORM);
  return branch;
}

function dataOf(input: Input): JsonObject {
  const given = (input.raw('data') ?? {}) as Json;
  const wrong = isJsonObject(given) ? wrongIn(given, 'data') : { field: 'data', message: 'must be an object' };
  if (wrong !== undefined) input.problem(wrong.field, wrong.message);
  return isJsonObject(given) ? given : {};
}

/** The first thing in it that could not be kept as it is. The depth is bounded by whoever read the body. */
function wrongIn(value: Json, field: string): Problem | undefined {
  if (typeof value === 'string' && (!value.isWellFormed() || value.includes('\0'))) {
    return { field, message: 'holds a character that no text may hold (NUL or half of a surrogate pair)' };
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return { field, message: 'is too large a number' };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, entry] of Object.entries(value) as [string, Json][]) {
    const at = `${field}.${key}`;
    // JavaScript's own name for something else: on its way it would be lost without a word.
    if (key === '__proto__') return { field: at, message: 'is no name that can be kept' };
    const wrong = wrongIn(key, field) ?? wrongIn(entry, at);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function removalsOf(input: Input): readonly (readonly string[])[] {
  const removals = input.list('patch', (step) => {
    const op = step.requiredText('op', 'op: "remove"');
    if (op !== '' && op !== 'remove') {
      step.problem('op', `${shown(op)} is not known`, 'only "remove"; whatever is to be set goes into data');
    }
    const path = step.text('path') ?? '';
    const pointer = parsePointer(path);
    if (!step.has('path')) step.problem('path', 'is required', 'path: "/key/inner"');
    if (pointer === undefined) step.problem('path', `${shown(path)} is no JSON Pointer`, 'path: "/key/inner"');
    return pointer ?? [];
  });
  return removals ?? [];
}
