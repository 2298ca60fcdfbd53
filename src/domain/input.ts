import {
  type Bounds,
  type Fields,
  integerOf,
  isObject,
  isWrong,
  listOf,
  mapOf,
  numberOf,
  shown,
  textOf,
  type Wrong,
} from './input-value.ts';
import type { Problem } from './problem.ts';

export { shown } from './input-value.ts';

/**
 * Reads an object that somebody sent, field by field, and notes every problem instead of stopping at the first. A field
 * that is absent or null reads as undefined; fields that nobody asks for are ignored.
 */
export interface Input {
  has(field: string): boolean;
  raw(field: string): unknown;
  problem(field: string, message: string, hint?: string): void;
  /** Text that PostgreSQL can store: without NUL, well-formed. */
  text(field: string): string | undefined;
  /** As `text`, and a problem when it is absent or empty. */
  requiredText(field: string, hint?: string): string;
  integer(field: string, bounds: Bounds): number | undefined;
  integers(field: string, bounds: Bounds): number[] | undefined;
  /** A number that need not be whole. */
  number(field: string, bounds: Bounds): number | undefined;
  object(field: string): Input | undefined;
  list<Item>(field: string, read: (item: Input) => Item): Item[] | undefined;
  /** A map of texts. `check` says what is wrong with a key. */
  texts(field: string, check?: (key: string) => string | undefined): Record<string, string> | undefined;
}

/** Starts reading; problems go to the list. What is not an object is one problem, of the whole. */
export function inputOf(value: unknown, problems: Problem[], at = ''): Input {
  if (!isObject(value)) problems.push({ field: at, message: `must be an object, not ${shown(value)}` });
  const scope: Scope = { fields: isObject(value) ? value : undefined, problems, at };
  return {
    has: (field) => rawOf(scope, field) !== undefined,
    raw: (field) => rawOf(scope, field),
    problem: (field, message, hint) => note(scope, field, { wrong: message, hint }),
    text: (field) => readOf(scope, field, textOf),
    requiredText(field, hint) {
      const text = readOf(scope, field, textOf);
      if (text === '' || rawOf(scope, field) === undefined) note(scope, field, { wrong: 'is required', hint });
      return text ?? '';
    },
    integer: (field, bounds) => readOf(scope, field, (given) => integerOf(given, bounds)),
    integers: (field, bounds) =>
      readOf(scope, field, listOf)?.items.flatMap(
        (item, index) => sound(scope, `${field}[${index}]`, integerOf(item, bounds)) ?? [],
      ),
    number: (field, bounds) => readOf(scope, field, (given) => numberOf(given, bounds)),
    object: (field) => {
      const given = rawOf(scope, field);
      return given === undefined ? undefined : inputOf(given, problems, pathOf(scope, field));
    },
    list: (field, read) =>
      readOf(scope, field, listOf)?.items.map((item, index) =>
        read(inputOf(item, problems, pathOf(scope, `${field}[${index}]`))),
      ),
    texts: (field, check) => textsOf(scope, field, check),
  };
}

interface Scope {
  /** Undefined: it is no object; one problem is enough for that. */
  readonly fields: Fields | undefined;
  readonly problems: Problem[];
  readonly at: string;
}

function pathOf({ at }: Scope, field: string): string {
  return at === '' ? field : `${at}.${field}`;
}

function rawOf({ fields }: Scope, field: string): unknown {
  return fields !== undefined && Object.hasOwn(fields, field) ? (fields[field] ?? undefined) : undefined;
}

function note(scope: Scope, field: string, { wrong, hint }: Wrong): void {
  if (scope.fields === undefined) return;
  scope.problems.push({ field: pathOf(scope, field), message: wrong, ...(hint === undefined ? {} : { hint }) });
}

/** The value, or undefined with a problem noted. */
function sound<Out>(scope: Scope, field: string, result: Out | Wrong): Out | undefined {
  if (!isWrong(result)) return result;
  note(scope, field, result);
  return undefined;
}

function readOf<Out>(scope: Scope, field: string, read: (given: unknown) => Out | Wrong): Out | undefined {
  const given = rawOf(scope, field);
  return given === undefined ? undefined : sound(scope, field, read(given));
}

function textsOf(
  scope: Scope,
  field: string,
  check?: (key: string) => string | undefined,
): Record<string, string> | undefined {
  const map = readOf(scope, field, mapOf);
  if (map === undefined) return undefined;
  return Object.fromEntries(
    map.entries.map(([key, given]): [string, string] => {
      // JavaScript's own name for something else: on its way it would be lost without a word.
      const bad = key === '__proto__' ? 'is no name that can be kept' : check?.(key);
      if (bad !== undefined) note(scope, `${field}.${key}`, { wrong: bad });
      sound(scope, `${field}.${key}`, textOf(key));
      return [key, sound(scope, `${field}.${key}`, textOf(given ?? '')) ?? ''];
    }),
  );
}
