import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { InvalidInput } from '../problem.ts';
import type { Json, JsonObject } from './data.ts';
import { decideSaveConfig, MAX_DATA } from './decide.ts';
import { type ConfigEvent, type ConfigState, evolveConfig } from './evolve.ts';
import { mergeData } from './merge.ts';
import { configIdOf, configKeyOf } from './name.ts';
import { parseConfigSave } from './parse.ts';
import { parsePointer, removeFrom } from './remove.ts';
import { selectData } from './select.ts';

/** Few keys, so that they meet; among them names that every object inherits. */
const KEYS = ['a', 'b', 'c', 'constructor', 'toString', '__proto__', 'hasOwnProperty'];
const key = fc.constantFrom(...KEYS);
const objectOf = (value: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> =>
  fc.array(fc.tuple(key, value), { maxLength: 5 }).map((entries) => Object.fromEntries(entries) as JsonObject);
const scalar: fc.Arbitrary<Json> = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
const anyData = objectOf(
  fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, scalar, fc.array(tie('value'), { maxLength: 3 }), objectOf(tie('value'))),
  })).value,
);
/** Data in which one key always has the same kind of value: objects under letters, others under the inherited names. */
const shaped = fc.letrec<{ object: JsonObject }>((tie) => ({
  object: fc
    .tuple(
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.oneof({ maxDepth: 3 }, fc.constant({}), tie('object'))), {
        maxLength: 3,
      }),
      fc.array(fc.tuple(fc.constantFrom('toString', '__proto__'), fc.oneof(scalar, fc.array(scalar))), {
        maxLength: 2,
      }),
    )
    .map(([objects, others]) => Object.fromEntries([...objects, ...others]) as JsonObject),
})).object;

const text = (value: Json): string => JSON.stringify(value);
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every path to a value that is no object, or to an empty one. */
function leaves(value: Json, at: readonly string[] = []): string[] {
  if (!isObject(value) || Object.keys(value).length === 0) return [JSON.stringify([at, value])];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...at, name]));
}

describe('a merge', () => {
  test('is the data itself with nothing, and with itself', () => {
    fc.assert(
      fc.property(anyData, (data) => {
        expect(text(mergeData(data, {}))).toBe(text(data));
        expect(text(mergeData({}, data))).toBe(text(data));
        expect(text(mergeData(data, data))).toBe(text(data));
      }),
    );
  });

  test('keeps every key of both, and every leaf of the second', () => {
    fc.assert(
      fc.property(anyData, anyData, (base, over) => {
        const merged = mergeData(base, over);
        expect(new Set(Object.keys(merged))).toEqual(new Set([...Object.keys(base), ...Object.keys(over)]));
        // An empty object over a full one changes nothing: that leaf alone is not there any more.
        const wanted = leaves(over).filter((leaf) => !leaf.endsWith(',{}]'));
        expect(leaves(merged)).toEqual(expect.arrayContaining(wanted));
        const ofBase = (data: JsonObject): unknown[] =>
          Object.entries(data).filter(([name]) => !Object.hasOwn(over, name));
        expect(ofBase(merged)).toEqual(ofBase(base));
      }),
    );
  });

  test('is associative where a key has the same kind of value everywhere', () => {
    fc.assert(
      fc.property(shaped, shaped, shaped, (a, b, c) => {
        expect(text(mergeData(mergeData(a, b), c))).toBe(text(mergeData(a, mergeData(b, c))));
      }),
    );
    // Where it has not, the one in between has taken away what was there first.
    const [a, b, c] = [{ x: { p: 1 } }, { x: 1 }, { x: { q: 2 } }];
    expect(mergeData(mergeData(a, b), c)).toEqual({ x: { q: 2 } });
    expect(mergeData(a, mergeData(b, c))).toEqual({ x: { p: 1, q: 2 } });
  });

  test('leaves alone what it merges, and what all objects inherit', () => {
    fc.assert(
      fc.property(anyData, anyData, (base, over) => {
        const before = [text(base), text(over)];
        const merged = mergeData(base, over);
        expect([text(base), text(over)]).toEqual(before);
        expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
    );
    const polluting = JSON.parse(
      '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}',
    ) as JsonObject;
    mergeData(mergeData({}, polluting), polluting);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test.each<[JsonObject, JsonObject, JsonObject]>([
    [{ a: { x: 1, y: 2 } }, { a: { y: 3 } }, { a: { x: 1, y: 3 } }],
    [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
    [{ a: { x: 1 } }, { a: 'text' }, { a: 'text' }],
    [{ a: 'text' }, { a: { x: 1 } }, { a: { x: 1 } }],
    [{ a: { x: 1 } }, { a: null }, { a: null }],
    [{ a: { x: 1 } }, { a: {} }, { a: { x: 1 } }],
  ])('of %j and %j is %j', (base, over, merged) => {
    expect(mergeData(base, over)).toEqual(merged);
  });
});

describe('a selection', () => {
  test('has what the paths name and nothing else', () => {
    const data = { database: { host: 'db', port: 5432, tls: { on: true } }, list: [{ a: 1 }], debug: false };
    expect(selectData(data, ['database.host', 'database.tls'])).toEqual({
      database: { host: 'db', tls: { on: true } },
    });
    expect(selectData(data, ['debug', 'database', 'database.host'])).toEqual({ database: data.database, debug: false });
    expect(
      selectData(data, ['list.0', 'list.length', 'database.none', 'toString', '', 'database.host.length']),
    ).toEqual({});
    expect(selectData(data, [])).toEqual({});
  });

  test('is a part of the data, and all of it when every key is named', () => {
    const path = fc.array(key, { minLength: 1, maxLength: 3 }).map((keys) => keys.join('.'));
    fc.assert(
      fc.property(anyData, fc.array(path, { maxLength: 4 }), (data, paths) => {
        const selected = selectData(data, paths);
        expect(leaves(data)).toEqual(
          expect.arrayContaining(Object.keys(selected).length === 0 ? [] : leaves(selected)),
        );
        expect(text(selectData(data, Object.keys(data)))).toBe(text(data));
      }),
    );
  });

  test('costs one walk, however many paths there are and however long', () => {
    const data = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key${index}`, index]));
    const paths = [...Object.keys(data), ...Array.from({ length: 100_000 }, () => 'key1'), 'x.'.repeat(100_000)];
    const began = performance.now();
    expect(selectData(data, paths)).toEqual(data);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe('a removal', () => {
  test('takes away what the pointer names and nothing else', () => {
    const data = { a: { 'b/c': 1, '~': 2, d: [1, { e: 3, f: 4 }, 5] }, g: 6 };
    const without = (pointer: string): JsonObject => removeFrom(data, parsePointer(pointer) ?? ['no pointer']);
    expect(without('/a/b~1c')).toEqual({ a: { '~': 2, d: data.a.d }, g: 6 });
    expect(without('/a/~0')).toEqual({ a: { 'b/c': 1, d: data.a.d }, g: 6 });
    expect(without('/a/d/1/e')).toEqual({ a: { ...data.a, d: [1, { f: 4 }, 5] }, g: 6 });
    expect(without('/a/d/0')).toEqual({ a: { ...data.a, d: [{ e: 3, f: 4 }, 5] }, g: 6 });
    expect(without('')).toEqual({});
    for (const absent of ['/x', '/a/x', '/g/x', '/a/d/7', '/a/d/01', '/a/d/-1', '/toString', '/__proto__', '/']) {
      expect(without(absent)).toEqual(data);
    }
    expect(['a', '/a~2', '/~'].map(parsePointer)).toEqual([undefined, undefined, undefined]);
  });

  test('of any key leaves the others as they are', () => {
    fc.assert(
      fc.property(anyData, key, (data, name) => {
        const rest = Object.entries(data).filter(([other]) => other !== name);
        expect(text(removeFrom(data, [name]))).toBe(text(Object.fromEntries(rest)));
      }),
    );
  });
});

describe('a save', () => {
  const name = { appId: 'app_1', appHost: 'unnamed', id: 'mySvc', branch: 'main' };

  const after = (state: ConfigState | undefined, [event]: readonly ConfigEvent[], at: number): ConfigState => {
    if (event === undefined) throw new Error('no event');
    return evolveConfig(state, event, at);
  };

  test('removes first and merges then; each is a version of its own', () => {
    const first = after(
      undefined,
      decideSaveConfig(undefined, name, { data: { a: { x: 1, y: 2 } }, removals: [] }),
      1_000,
    );
    const second = after(
      first,
      decideSaveConfig(first, name, { data: { a: { z: 3 } }, removals: [['a', 'x']] }),
      2_000,
    );
    const again = after(second, decideSaveConfig(second, name, { data: {}, removals: [] }), 3_000);
    expect([second.data, again.data]).toEqual([{ a: { y: 2, z: 3 } }, { a: { y: 2, z: 3 } }]);
    expect(new Set([first, second, again].map(({ versionId }) => versionId)).size).toBe(3);
    expect(again).toMatchObject({ ...name, createdAt: 1_000, updatedAt: 3_000, saves: 3 });
  });

  test('that makes it too large is refused with the numbers', () => {
    const data = { text: 'x'.repeat(MAX_DATA) };
    expect(() => decideSaveConfig(undefined, name, { data, removals: [] })).toThrow(
      `data: would make the config ${MAX_DATA + 11} characters of JSON, and ${MAX_DATA} are the most`,
    );
  });

  test.each([
    ['no data', { id: 'a' }, 'data'],
    ['dataJson alone', { dataJson: '{}' }, 'data'],
    ['data that is a list', { data: [] }, 'data'],
    ['a key that would be lost', JSON.parse('{"data":{"a":{"__proto__":1}}}'), 'data.a.__proto__'],
    ['NUL in a text', { data: { a: ['\0'] } }, 'data.a.0'],
    ['NUL in a key', { data: { 'a\0': 1 } }, 'data'],
    ['half of a pair', { data: { a: '\ud800' } }, 'data.a'],
    ['a number beyond all', JSON.parse('{"data":{"a":1e999}}'), 'data.a'],
    ['an id that is none', { id: '../x', data: {} }, 'id'],
    ['a branch that is none', { branch: 'a:b', data: {} }, 'branch'],
    ['another operation', { patch: [{ op: 'add', path: '/a' }] }, 'patch[0].op'],
    ['no pointer', { patch: [{ op: 'remove', path: 'a' }] }, 'patch[0].path'],
    ['no path', { patch: [{ op: 'remove' }] }, 'patch[0].path'],
  ])('with %s is refused', (_, body, field) => {
    const parse = (): unknown => parseConfigSave(body);
    expect(parse).toThrow(InvalidInput);
    expect(parse).toThrow(`${field}: `);
  });
});

describe('names', () => {
  test('in kebab-case are those in camelCase', () => {
    expect(['my-svc', 'mySvc', 'a-b-c', 'a-1', 'svc'].map(configIdOf)).toEqual(['mySvc', 'mySvc', 'aBC', 'a-1', 'svc']);
  });

  test('of two slugs are never one', () => {
    const slug = fc.stringMatching(/^[ab1]{1,2}(-[ab1]{1,2}){0,2}$/);
    fc.assert(
      fc.property(slug, slug, (one, other) => {
        expect(configIdOf(one) === configIdOf(other)).toBe(one === other);
      }),
    );
  });

  test('of two configs never have one key', () => {
    const part = fc.stringMatching(/^[a/%]{1,4}$/);
    fc.assert(
      fc.property(part, part, part, part, part, part, (a, b, c, d, e, f) => {
        const [one, other] = [
          configKeyOf({ appHost: a, id: b, branch: c }),
          configKeyOf({ appHost: d, id: e, branch: f }),
        ];
        expect(one === other).toBe(a === d && b === e && c === f);
      }),
      { numRuns: 1_000 },
    );
  });
});
