import { expect, test } from 'vitest';

import { type Schema, validatorOf } from './json-schema.ts';
import { problemsOfOpenApi, problemsOfSchema } from './meta-schemas.ts';

/** From text: a literal with a `then` would look like a promise. */
const read = (text: string): Schema => JSON.parse(text) as Schema;

const TABLE: readonly (readonly [Schema, unknown, unknown])[] = [
  [{ type: 'integer' }, 3, 3.5],
  [{ type: ['string', 'null'] }, null, 1],
  [{ enum: ['a', { b: 1 }] }, { b: 1 }, 'b'],
  [{ const: [1] }, [1], [2]],
  [{ minimum: 1 }, 1, 0],
  [{ maximum: 1 }, 1, 2],
  [{ exclusiveMinimum: 1 }, 2, 1],
  [{ minLength: 1 }, '😀', ''],
  [{ maxLength: 1 }, '😀', 'ab'],
  [{ pattern: '^a' }, 'ab', 'ba'],
  [{ minItems: 1 }, [1], []],
  [{ maxItems: 1 }, [1], [1, 2]],
  [{ uniqueItems: true }, [1, '1'], [{ a: 1 }, { a: 1 }]],
  [{ required: ['a'] }, { a: 1 }, { b: 1 }],
  [{ minProperties: 1 }, { a: 1 }, {}],
  [{ maxProperties: 1 }, { a: 1 }, { a: 1, b: 1 }],
  [{ properties: { a: { type: 'string' } } }, { a: '' }, { a: 1 }],
  [{ patternProperties: { '^x-': { type: 'string' } } }, { 'x-a': '', y: 1 }, { 'x-a': 1 }],
  [{ properties: { a: true }, patternProperties: { b: true }, additionalProperties: false }, { a: 1, b: 1 }, { c: 1 }],
  [{ propertyNames: { maxLength: 1 } }, { a: 1 }, { ab: 1 }],
  [{ items: { type: 'string' } }, ['a'], ['a', 1]],
  [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, 1, 3],
  [{ anyOf: [{ maximum: 1 }, { minimum: 3 }] }, 4, 2],
  [{ oneOf: [{ maximum: 2 }, { minimum: 2 }] }, 1, 2],
  [{ not: { type: 'string' } }, 1, 'a'],
  [read('{"if": {"minimum": 5}, "then": {"maximum": 6}, "else": {"maximum": 2}}'), 6, 4],
  [read('{"if": {"minimum": 5}, "then": {"maximum": 6}}'), 4, 7],
  [{ dependentSchemas: { a: { required: ['b'] } } }, { a: 1, b: 1 }, { a: 1 }],
  [{ $ref: '#/$defs/t', $defs: { t: { type: 'string' } } }, 'a', 1],
  [{ $ref: '#t', $defs: { x: { $anchor: 't', type: 'string' } } }, 'a', 1],
  [{ allOf: [{ properties: { a: true } }], unevaluatedProperties: false }, { a: 1 }, { a: 1, b: 1 }],
  [{ if: { required: ['a'], properties: { a: true } }, unevaluatedProperties: false }, { a: 1 }, { b: 1 }],
  [{ unevaluatedProperties: { type: 'string' } }, { a: '' }, { a: 1 }],
  [{ properties: { a: false } }, { b: 1 }, { a: 1 }],
];

test.each(TABLE)('%j accepts %j and refuses %j', (schema, good, bad) => {
  const problems = validatorOf(schema);
  expect(problems(good)).toEqual([]);
  expect(problems(bad)).not.toEqual([]);
});

test('what it does not know, it does not take for checked', () => {
  expect(() => validatorOf({ contains: {} })([])).toThrow('contains');
  expect(() => validatorOf({ $ref: '#/$defs/none' })(1)).toThrow('leads nowhere');
});

test('a dynamic reference leads to the outermost anchor: a schema is one at every depth', () => {
  expect(problemsOfSchema({ properties: { a: { items: { type: ['string'], minLength: 1 } } } })).toEqual([]);
  expect(problemsOfSchema({ properties: { a: { items: { type: 'text' } } } })).not.toEqual([]);
  expect(problemsOfSchema({ properties: { a: { minLength: -1 } } })).not.toEqual([]);
  expect(problemsOfSchema({ required: ['a', 'a'] })).not.toEqual([]);
});

test('an OpenAPI document is told from what is none', () => {
  const whole = {
    openapi: '3.1.1',
    info: { title: 't', version: '1' },
    paths: {
      '/a/{b}': { get: { parameters: [{ in: 'path', name: 'b', required: true, schema: {} }], responses: {} } },
    },
  };
  expect(problemsOfOpenApi(whole)).not.toEqual([]);
  const answers = { '200': { description: 'd', content: { 'application/json': { schema: { type: 'object' } } } } };
  const [parameter] = whole.paths['/a/{b}'].get.parameters;
  const good = { ...whole, paths: { '/a/{b}': { get: { parameters: [parameter], responses: answers } } } };
  expect(problemsOfOpenApi(good)).toEqual([]);
  expect(problemsOfOpenApi({ ...good, extra: 1 })).not.toEqual([]);
  const optional = { ...parameter, required: false };
  const bad = { ...good, paths: { '/a/{b}': { get: { parameters: [optional], responses: answers } } } };
  expect(problemsOfOpenApi(bad)).not.toEqual([]);
});
