import fc from 'fast-check';

import type { SchemaObject } from './json-schema.ts';

export interface Near {
  /** Where references lead. */
  readonly root: SchemaObject;
  /** Values of a wrong kind, and keys that nobody knows; else only bounds are passed. */
  readonly noise: boolean;
}

interface Context extends Near {
  /** One place of so many is wrong: about one in a value, whatever its size. */
  readonly rarity: number;
}

const NOISE = fc.constantFrom<unknown>(null, '', 'x y', 0, -1, 1.5, 2 ** 31, 70_000, true, [], {}, [{}], { zz: 1 });
const DEEPEST = 6;

/** Values that the schema accepts, and such that it just does not: beyond a bound, with a key too many or too few. */
export function near(schema: SchemaObject, context: Near): fc.Arbitrary<unknown> {
  return some(schema, { ...context, rarity: Math.max(4, sizeOf(schema, context.root, 0)) }, 0);
}

/** How many schemas there are in it. */
function sizeOf(schema: unknown, root: SchemaObject, depth: number): number {
  if (typeof schema !== 'object' || schema === null || depth > DEEPEST) return 0;
  const { $ref } = schema as SchemaObject;
  if (typeof $ref === 'string') return sizeOf(at(root, $ref), root, depth + 1);
  const parts = Object.values(schema).map((part) => sizeOf(part, root, depth + 1));
  return parts.reduce((sum, part) => sum + part, 'type' in schema ? 1 : 0);
}

function some(schema: SchemaObject, context: Context, depth: number): fc.Arbitrary<unknown> {
  return seldom(context.noise ? context.rarity : 0, like(schema, context, depth), NOISE);
}

/** Mostly the first; the other one time in so many, never for 0. */
function seldom<T>(rarity: number, usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return rarity === 0 ? usual : fc.oneof({ weight: rarity, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

function like(schema: SchemaObject, context: Context, depth: number): fc.Arbitrary<unknown> {
  if (depth > DEEPEST) return fc.constantFrom<unknown>(null, 'deep', 1);
  const next = (part: unknown): fc.Arbitrary<unknown> => some(part as SchemaObject, context, depth + 1);
  if (typeof schema['$ref'] === 'string') return next(at(context.root, schema['$ref']));
  const choices = (schema['anyOf'] ?? schema['oneOf']) as readonly unknown[] | undefined;
  if (choices !== undefined) return fc.oneof(...choices.map(next));
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  if ('const' in schema) return fc.constant(schema['const']);
  switch (schema['type']) {
    case 'string':
      return text(schema, context);
    case 'integer':
    case 'number':
      return number(schema, context);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(next(schema['items'] ?? {}), { maxLength: 3 });
    case 'object':
      return object(schema, context, depth);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function text({ examples, pattern }: SchemaObject, { rarity }: Context): fc.Arbitrary<unknown> {
  const given = ((examples ?? []) as unknown[]).map((example) => fc.constant(example));
  const matching = typeof pattern === 'string' ? [fc.stringMatching(new RegExp(pattern), { size: 'small' })] : [];
  const any = fc.string({ maxLength: 8 });
  const usual = [...given, ...matching];
  return usual.length === 0 ? fc.oneof(fc.constantFrom('a', 'a-1'), any) : seldom(rarity, fc.oneof(...usual), any);
}

function number({ type, minimum, maximum }: SchemaObject, { noise, rarity }: Context): fc.Arbitrary<unknown> {
  const min = Math.max(Number(minimum ?? -100), -(2 ** 31) - 1);
  const max = Math.min(Number(maximum ?? 100), 2 ** 31);
  const within = fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max));
  const whole = seldom(Math.ceil(rarity / 4), within, fc.constantFrom(min - 1, max + 1));
  return type === 'number' && noise ? fc.oneof(whole, fc.constant(1.25)) : whole;
}

function object(schema: SchemaObject, context: Context, depth: number): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, unknown>>);
  const required = (schema['required'] ?? []) as readonly string[];
  const absent = fc.constant<[string, unknown][]>([]);
  const fields = properties.map(([key, part]) => {
    const value = some(part as SchemaObject, context, depth + 1).map((each): [string, unknown][] => [[key, each]]);
    if (required.includes(key)) return seldom(context.noise ? context.rarity : 0, value, absent);
    return fc.oneof(value, absent);
  });
  const free = schema['additionalProperties'];
  const extra: fc.Arbitrary<[string, unknown][]> =
    typeof free === 'object' && free !== null
      ? fc.array(fc.tuple(fc.constantFrom('k', 'l.m', 'PORT'), some(free as SchemaObject, context, depth + 1)), {
          maxLength: 2,
        })
      : seldom(context.noise ? context.rarity : 0, absent, fc.constant([['zz', 1]]));
  return fc.tuple(...fields, extra).map((parts) => Object.fromEntries(parts.flat()) as unknown);
}

function at(root: SchemaObject, reference: string): SchemaObject {
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((part, key) => (part as SchemaObject)[key], root) as SchemaObject;
}
