import type { Problem } from './problem.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads an object that somebody sent, field by field, and notes every problem instead of stopping at the first. A field
 * that is absent or null reads as undefined; fields that nobody asks for are ignored.
 */
export interface Input {
  /** As in `strategy.maxSurge`; empty for the whole. */
  path(field: string): string;
  has(field: string): boolean;
  raw(field: string): unknown;
  problem(field: string, message: string, hint?: string): void;
  /** Text that PostgreSQL can store: without NUL, well-formed. */
  text(field: string): string | undefined;
  /** As `text`, and a problem when it is absent or empty. */
  requiredText(field: string, hint?: string): string;
  integer(field: string, bounds: { readonly min: number; readonly max: number }): number | undefined;
  object(field: string): Input | undefined;
  list<Item>(field: string, read: (item: Input) => Item): Item[] | undefined;
  integers(field: string, bounds: { readonly min: number; readonly max: number }): number[] | undefined;
  /** A map of texts. `check` says what is wrong with a key. */
  texts(field: string, check?: (key: string) => string | undefined): Record<string, string> | undefined;
}

/** Starts reading; problems go to the list. What is not an object is a problem of the whole. */
export function inputOf(value: unknown, problems: Problem[], at = ''): Input {
  const fields: Fields = isObject(value) ? value : {};
  if (!isObject(value)) problems.push({ field: at, message: `must be an object, not ${shown(value)}` });
  const path = (field: string): string => (at === '' ? field : `${at}.${field}`);
  const raw = (field: string): unknown => (Object.hasOwn(fields, field) ? (fields[field] ?? undefined) : undefined);
  const problem = (field: string, message: string, hint?: string): void => {
    // One problem is enough for what is no object at all.
    if (isObject(value)) problems.push({ field: path(field), message, ...(hint === undefined ? {} : { hint }) });
  };
  const typed = <Out>(field: string, read: (given: unknown) => Out | Wrong): Out | undefined => {
    const given = raw(field);
    const result = given === undefined ? undefined : read(given);
    if (!isWrong(result)) return result;
    problem(field, result.wrong, result.hint);
    return undefined;
  };
  const entries = (field: string): readonly unknown[] | undefined =>
    typed(field, (given) =>
      Array.isArray(given) ? (given as unknown[]) : wrong(`must be a list, not ${shown(given)}`),
    );
  return {
    path,
    raw,
    problem,
    has: (field) => raw(field) !== undefined,
    text: (field) => typed(field, textOf),
    requiredText(field, hint) {
      const text = typed(field, textOf);
      if (text === '' || raw(field) === undefined) problem(field, 'is required', hint);
      return text ?? '';
    },
    integer: (field, bounds) => typed(field, (given) => integerOf(given, bounds)),
    object: (field) => (raw(field) === undefined ? undefined : inputOf(raw(field), problems, path(field))),
    list: (field, read) =>
      entries(field)?.map((item, index) => read(inputOf(item, problems, `${path(field)}[${index}]`))),
    integers: (field, bounds) =>
      entries(field)?.flatMap((item, index) => {
        const result = integerOf(item, bounds);
        if (!isWrong(result)) return [result];
        problem(`${field}[${index}]`, result.wrong, result.hint);
        return [];
      }),
    texts(field, check = () => undefined) {
      const given = raw(field);
      if (given === undefined) return undefined;
      if (!isObject(given)) return void problem(field, `must be a map of texts, not ${shown(given)}`);
      return Object.fromEntries(
        Object.entries(given).flatMap(([key, item]) => {
          const result = textOf(item ?? '');
          const bad = check(key) ?? (isWrong(textOf(key)) ? 'holds a character that no text may hold' : undefined);
          if (bad !== undefined) problem(`${field}.${key}`, bad);
          if (isWrong(result)) problem(`${field}.${key}`, result.wrong, result.hint);
          return isWrong(result) ? [] : [[key, result]];
        }),
      );
    },
  };
}

/** A value as a message shows it: as JSON, cut at 40 characters. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

interface Wrong {
  readonly wrong: string;
  readonly hint?: string | undefined;
}

function wrong(message: string, hint?: string): Wrong {
  return { wrong: message, hint };
}

function isWrong(value: unknown): value is Wrong {
  return isObject(value) && typeof value['wrong'] === 'string';
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(given: unknown): string | Wrong {
  if (typeof given !== 'string') {
    const scalar = typeof given === 'number' || typeof given === 'boolean';
    return wrong(`must be a text, not ${shown(given)}`, scalar ? `quote it: "${given}"` : undefined);
  }
  const storable = given.isWellFormed() && !given.includes('\0');
  return storable ? given : wrong('holds a character that no text may hold (NUL or half of a surrogate pair)');
}

function integerOf(given: unknown, { min, max }: { readonly min: number; readonly max: number }): number | Wrong {
  if (typeof given !== 'number' || !Number.isInteger(given)) {
    const quoted = typeof given === 'string' && /^-?\d+$/.test(given.trim());
    return wrong(
      `must be a whole number, not ${shown(given)}`,
      quoted ? `write it without quotes: ${given}` : undefined,
    );
  }
  if (given >= min && given <= max) return given;
  return wrong(`must be from ${min} to ${max}, not ${given}`, `nearest: ${given < min ? min : max}`);
}
