import fc from 'fast-check';
import { z } from 'zod';

import { addressOf, type OperationName } from '../../../src/api/contract/operations.ts';
import type { Route } from '../../../src/api/contract/route.ts';
import { ROUTES } from '../../../src/api/contract/routes.ts';
import { EXAMPLES } from './examples.ts';
import { fromSchema, type JsonSchema, texts } from './from-schema.ts';

export const TOKENS = ['admin', 'plain', 'none', 'garbage'] as const;

/** A request as it goes over the wire. */
export interface FuzzRequest {
  readonly method: string;
  /** With the query; ASCII without blanks. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: no body, and no length. */
  readonly body: string | undefined;
  readonly as: (typeof TOKENS)[number];
}

const NASTY = [
  [
    'null',
    'true',
    '-1',
    '0.5',
    '1e999',
    '-1e-999',
    '1e21',
    '9007199254740993',
    '-0',
    'NaN',
    'Infinity',
    '[]',
    '{}',
    '""',
  ],
  [
    '"\\u0000"',
    '"\\ud800"',
    '"\\udfff\\ud800"',
    '[null]',
    '[[[]]]',
    '{"":null}',
    '{"a":{"a":{"a":1}}}',
    "'x'",
    'undefined',
  ],
  [
    '{"__proto__":{"polluted":"yes"}}',
    '{"constructor":{"prototype":{"polluted":"yes"}}}',
    '{"toString":null,"valueOf":1}',
  ],
  ['{"then":1}', '{"length":-1}', '{"a":1,"a":2}', '{"id":"__proto__"}', '{"toJSON":"x"}', '[1,]', '{', '}', '"'],
].flat();

/** What no schema takes, as JSON text, and some that is none. */
const nasty = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.integer({ min: 60, max: 10_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.integer({ min: 60, max: 10_000 }).map((depth) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)),
  fc.integer({ min: 5_000, max: 60_000 }).map((length) => `"${'y'.repeat(length)}"`),
  fc.integer({ min: 100, max: 20_000 }).map((length) => `[${Array.from({ length }, () => '0').join()}]`),
  fc.integer({ min: 100, max: 3_000 }).map((length) => `{${Array.from({ length }, (_, n) => `"k${n}":"v"`).join()}}`),
  texts.map((text) => JSON.stringify(text)),
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
);

const HOLE = '@@hole@@';

/** The value with its n-th part replaced by a hole; parts are counted over and over. */
function withHole(value: unknown, at: number): unknown {
  let left = at % Math.max(1, partsOf(value));
  const walk = (part: unknown): unknown => {
    if (left === 0) {
      left -= 1;
      return HOLE;
    }
    left -= 1;
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, walk(inner)]));
  };
  return walk(value);
}

function partsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + partsOf(part), 1);
}

/** A body by the schema; or with one part replaced, added, cut off; or none; or something else altogether. */
function bodies(schema: JsonSchema, example: unknown): fc.Arbitrary<string | undefined> {
  const guessed = fromSchema(schema);
  const valid = example === undefined ? guessed : fc.oneof({ weight: 4, arbitrary: fc.constant(example) }, guessed);
  const text = valid.map((value) => JSON.stringify(value) ?? 'null');
  const holed = fc
    .tuple(valid, fc.nat(200), nasty)
    .map(([value, at, part]) => (JSON.stringify(withHole(value, at)) ?? 'null').replace(`"${HOLE}"`, () => part));
  const extended = fc
    .tuple(text, texts, nasty)
    .map(([whole, key, part]) =>
      whole.startsWith('{') ? `{${JSON.stringify(key)}:${part}${whole === '{}' ? '' : ','}${whole.slice(1)}` : whole,
    );
  const cut = fc.tuple(text, fc.nat(500)).map(([whole, at]) => whole.slice(0, at % (whole.length + 1)));
  return fc.oneof(
    { weight: 8, arbitrary: text },
    { weight: 8, arbitrary: holed },
    { weight: 3, arbitrary: extended },
    { weight: 2, arbitrary: cut },
    { weight: 2, arbitrary: nasty },
    { weight: 1, arbitrary: fc.constantFrom(undefined, '', ' ', '\u0000', '\ufeff{}') },
  );
}

const SEGMENTS = [
  '%2F',
  '%252F',
  '%00',
  '%E0%A4%A',
  '%ZZ',
  '%',
  '..',
  '%2e%2e',
  '%2e%2e%2f',
  '.',
  '*',
  ':id',
  '__proto__',
  'a%0d%0aX:1',
  '%ED%A0%80',
];
const segments = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('fuzz', 'fuzz-node', 'simulated%3A%2F%2Ffuzz') },
  { weight: 2, arbitrary: texts.map((text) => encodeURIComponent(text.toWellFormed())) },
  { weight: 2, arbitrary: fc.constantFrom(...SEGMENTS) },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 9_000 }).map((length) => 'z'.repeat(length)) },
);

const QUERIES = [
  '?',
  '&&&',
  '=',
  '%',
  '%ZZ=%ZZ',
  'a=1?b=2',
  'a=1&a=2&a=3',
  '__proto__=1',
  '__proto__[polluted]=yes',
  'a[b]=1',
  'a=%00',
  'a=%ED%A0%80',
  '?limit=1?after=0',
];

/** `?a=1&b=2` by the schema, with twists; or nothing. */
function queries(schema: JsonSchema | undefined): fc.Arbitrary<string> {
  const keys = Object.keys(schema?.properties ?? {});
  const key = keys.length === 0 ? texts : fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...keys) }, texts);
  const pair = fc.tuple(key, fc.oneof(texts, fc.integer({ min: -1, max: 1_100 }).map(String)));
  const encoded = pair.map((both) => both.map((text) => encodeURIComponent(text.toWellFormed())).join('='));
  const valid = fc.array(encoded, { maxLength: 4 }).map((parts) => parts.join('&'));
  return fc
    .oneof({ weight: 4, arbitrary: valid }, { weight: 1, arbitrary: fc.constantFrom(...QUERIES) }, fc.constant(''))
    .map((text) => (text === '' ? '' : `?${text}`));
}

const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      'application/json',
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-16',
      '',
    ),
    'content-encoding': fc.constantFrom(
      'identity',
      'identity',
      'identity',
      'gzip',
      'br',
      'deflate',
      'zstd',
      'gzip, br',
    ),
    accept: fc.constantFrom('*/*', 'application/json', 'text/html', 'image/png'),
    'idempotency-key': fc.constantFrom('k1', 'k2', '', 'a b', 'x'.repeat(300)),
    'x-correlation-id': fc.constantFrom('correlation-1', 'no good', '', 'x'.repeat(500)),
    origin: fc.constantFrom('http://page.example', 'null', 'x'.repeat(1_000)),
    'x-forwarded-for': fc.constantFrom('1.2.3.4', '::1', 'nobody, 1.2.3.4'),
    expect: fc.constantFrom('100-continue'),
    range: fc.constantFrom('bytes=0-1'),
    'x-http-method-override': fc.constantFrom('DELETE'),
  },
  { requiredKeys: [] },
);

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH'];

function jsonSchemaOf(schema: z.ZodType | undefined): JsonSchema | undefined {
  if (schema === undefined) return undefined;
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}

/** Requests for one operation: mostly such as it takes, each with something that it does not. */
export function requestsFor(name: OperationName): fc.Arbitrary<FuzzRequest> {
  const { method, path } = addressOf(name);
  const route: Route = ROUTES[name];
  const query = queries(jsonSchemaOf(route.query));
  const parts = path.split('/').map((part) => (part.startsWith('{') ? segments : fc.constant(part)));
  const address = fc.tuple(fc.tuple(...parts), query).map(([way, rest]) => way.join('/') + rest);
  const body = bodies(jsonSchemaOf(route.body) ?? {}, EXAMPLES[name]);
  const none = fc.constant(undefined);
  return fc.record({
    method: fc.oneof(
      { weight: 14, arbitrary: fc.constant(method) },
      { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
    ),
    path: fc.oneof(
      { weight: 14, arbitrary: address },
      fc.constantFrom(`${path}/`, path.toUpperCase(), `/${path}`, `${path}%20`),
    ),
    headers: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers }),
    body: route.body === undefined ? fc.oneof({ weight: 4, arbitrary: none }, body) : body,
    as: fc.oneof({ weight: 8, arbitrary: fc.constant('admin' as const) }, fc.constantFrom(...TOKENS)),
  });
}
