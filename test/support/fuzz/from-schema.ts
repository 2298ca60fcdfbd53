import fc from 'fast-check';

/** As much of JSON Schema as zod writes. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Texts that mean something somewhere. `127.0.0.1:9` answers nobody; no other host may be named. */
const TEXTS: readonly string[] = [
  ['fuzz', 'fuzz-node', 'fuzz-secret', 'plain', '1backend', 'unnamed', 'other.app', 'main', 'latest'],
  [
    'simulated://fuzz',
    'http://127.0.0.1:9/x',
    'http://127.0.0.1:9/x.git',
    'ssh://git@127.0.0.1:9/x',
    'unix:///nowhere',
  ],
  ['web:1', '127.0.0.1:9/web:1', 'sha256:0', '500m', '2Gi', '0', '-1', '1e309', 'NaN', '9007199254740993', '0x10'],
  [
    'RollingUpdate',
    'Recreate',
    'open',
    'draining',
    'DB_URL',
    '{{secret:fuzz-secret}}',
    '{{env:HOME}}',
    '{{secret:',
    '}}',
  ],
  ['', ' ', '.', '..', '../../etc/passwd', '/etc', '%2e%2e%2f', 'a/b', 'a:b', 'a\nb', 'a\tb', '\r\nX-Injected: 1'],
  [
    "'; drop table events; --",
    '$1',
    '%s',
    '\\',
    '"',
    '<script>',
    'é',
    '日本',
    '🙂',
    '\u202e',
    '\u0000',
    '\ud800',
    'a\u0000b',
  ],
  ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'length'],
].flat();

export const texts = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 2, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 5_000 }).map((length) => 'x'.repeat(length)) },
);

const integers = fc.oneof(
  fc.integer({ min: -2, max: 20 }),
  fc.constantFrom(0, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 53, -(2 ** 31)),
);

/** Values that the schema takes, or nearly: bounds are kept half of the time, and formats are guessed. */
export function fromSchema(schema: JsonSchema, root: JsonSchema = schema, depth = 0): fc.Arbitrary<unknown> {
  const next = (part: JsonSchema): fc.Arbitrary<unknown> => fromSchema(part, root, depth + 1);
  if (depth > 8 || schema.$ref !== undefined) return referenced(schema, root, depth);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined && choices.length > 0) return fc.oneof(...choices.map(next));
  if (schema.allOf !== undefined) return fc.tuple(...schema.allOf.map(next)).map((all) => Object.assign({}, ...all));
  switch (schema.type) {
    case 'string':
      return texts;
    case 'integer':
    case 'number':
      return fc.oneof(
        integers,
        fc.integer({
          min: schema.minimum ?? 0,
          max: Math.max(schema.minimum ?? 0, Math.min(schema.maximum ?? 100, 1_000)),
        }),
      );
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(next(schema.items ?? {}), { minLength: Math.min(schema.minItems ?? 0, 3), maxLength: 3 });
    case 'object':
      return objectOf(schema, next);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function referenced({ $ref = '' }: JsonSchema, root: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  const target = root.$defs?.[$ref.split('/').at(-1) ?? ''];
  return target === undefined || depth > 4 ? fc.jsonValue({ maxDepth: 2 }) : fromSchema(target, root, depth + 2);
}

function objectOf(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  next: (part: JsonSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const model = Object.fromEntries(Object.entries(properties).map(([key, part]) => [key, next(part)]));
  const record = fc.record(model, { requiredKeys: required.filter((key) => key in model) });
  if (typeof additionalProperties !== 'object') return record;
  const more = fc.dictionary(texts, next(additionalProperties), { maxKeys: 3 });
  return fc.tuple(record, more).map(([fields, others]) => ({ ...others, ...fields }));
}
