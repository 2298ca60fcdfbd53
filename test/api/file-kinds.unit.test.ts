import { readdirSync, readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { FILE_KINDS, type FileKind, type JsonSchema, shapeOf } from '../../src/api/contract/file-kinds.ts';
import { editorSchema } from '../../src/api/reference/editor-schema.ts';
import { parseConfigSave } from '../../src/domain/config/parse.ts';
import { definitionSpec } from '../../src/domain/definition/events.ts';
import { parseDefinition } from '../../src/domain/definition/parse.ts';
import { deploymentSpec } from '../../src/domain/deployment/events.ts';
import { parseDeployment } from '../../src/domain/deployment/parse.ts';
import { InvalidInput } from '../../src/domain/problem.ts';
import { parseSecrets } from '../../src/domain/secret/parse.ts';
import { near } from '../support/arbitrary-json.ts';
import { type SchemaObject, validatorOf } from '../support/json-schema.ts';
import { problemsOfSchema } from '../support/meta-schemas.ts';

const KINDS = Object.keys(FILE_KINDS) as FileKind[];
const asObject = (schema: JsonSchema): SchemaObject => schema as unknown as SchemaObject;

/** A field, or the entries of a list or a mapping, with the way to it. */
interface Part {
  readonly path: readonly string[];
  readonly schema: JsonSchema;
}

function partsOf(schema: JsonSchema, path: readonly string[]): readonly Part[] {
  const { properties = {}, items, additionalProperties: free, anyOf = [] } = schema;
  return [
    { path, schema },
    ...Object.entries(properties).flatMap(([key, each]) => partsOf(each, [...path, key])),
    ...(items === undefined ? [] : partsOf(items, [...path, '[]'])),
    ...(typeof free === 'object' && free.$ref === undefined ? partsOf(free, [...path, '*']) : []),
    // A list that may be null.
    ...anyOf.flatMap((each) => (each.items === undefined ? [] : partsOf(each, path).slice(1))),
  ];
}

const domainOf: Readonly<Record<FileKind, (value: unknown) => unknown>> = {
  // Over HTTP an empty id means a new one; a file has to say which.
  deployment(value) {
    const spec = parseDeployment(value, '');
    if (spec.id === '') throw new InvalidInput([{ field: 'id', message: 'is required' }]);
    return spec;
  },
  definition: parseDefinition,
  secret: (value) =>
    parseSecrets({ secrets: [value] }, 'unnamed', { unseal: (sealed) => sealed, checksum: () => '00' }),
  config: parseConfigSave,
};

function accepts(kind: FileKind, value: unknown): boolean {
  try {
    domainOf[kind](value);
    return true;
  } catch (error) {
    if (error instanceof InvalidInput) return false;
    throw error;
  }
}

describe.each(KINDS)('%s', (kind) => {
  const shape = shapeOf(kind);
  const parts = partsOf(shape, [kind]);

  test('every field says what it is for', () => {
    expect(parts.length).toBeGreaterThan(8);
    // Entries of a list of slugs have nothing of their own to say.
    const silent = parts.filter(({ path, schema }) => (schema.description ?? '').length < 8 && !isSlug(path));
    expect(silent.map(({ path }) => path.join('.'))).toEqual([]);
  });

  test('every field that holds a value shows one, and what it shows is valid', () => {
    const values = parts.filter(
      ({ path, schema }) => !isEntry(path) && schema.properties === undefined && !isList(schema),
    );
    const mute = values.filter(({ schema }) => schema.examples === undefined && !isProbePort(schema));
    expect(mute.map(({ path }) => path.join('.'))).toEqual([]);
    for (const { path, schema } of parts) {
      const shown = [...(schema.examples ?? []), ...(schema.default === undefined ? [] : [schema.default])];
      const problems = validatorOf(asObject(schema), { within: asObject(shape) });
      expect({ path, problems: shown.flatMap(problems) }).toEqual({ path, problems: [] });
    }
  });

  test('the schema for editors is one of draft 2020-12', () => {
    const schema = editorSchema(kind);
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(problemsOfSchema(schema)).toEqual([]);
  });

  test('what the domain accepts, the schemas accept', () => {
    const problems = validatorOf(asObject(shape));
    const inEditor = validatorOf(asObject(editorSchema(kind)));
    const counts = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(near(asObject(shape), { root: asObject(shape), noise: false }), (value) => {
        if (!accepts(kind, value)) return void (counts.refused += 1);
        counts.accepted += 1;
        expect([...problems(value), ...inEditor(value)]).toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(counts.accepted).toBeGreaterThan(kind === 'definition' ? 5 : 20);
  });
});

const isSlug = (path: readonly string[]): boolean => path[0] === 'secret' && path.at(-1) === '[]';
const isEntry = (path: readonly string[]): boolean => ['[]', '*'].includes(path.at(-1) ?? '');
const isList = ({ items }: JsonSchema): boolean => items?.properties !== undefined;
const isProbePort = (schema: JsonSchema): boolean => schema.examples === undefined && schema.type === 'boolean';

/** Deployments and definitions in which the field may be set alone. */
const WHOLE: Readonly<Record<'deployment' | 'definition', object>> = {
  deployment: {
    id: 'depl_a',
    definitionId: 'def_a',
    strategy: { type: 'Recreate' },
    resources: { cpu: '1', memory: '1Gi', vram: '1Gi' },
    autoScaling: {},
    security: {},
    restart: {},
    probes: { start: { tcp: {} }, ready: { tcp: {} }, live: { tcp: {} } },
  },
  definition: {
    id: 'def_a',
    image: { name: 'a', internalPorts: [1000] },
    ports: [{ internal: 1000, host: 1000 }],
    security: {},
    probes: { start: { tcp: {} }, ready: { tcp: {} }, live: { tcp: {} } },
  },
};

/** The whole with one field set; a probe asks in that way alone. */
function withValue(whole: object, [key = '', ...rest]: readonly string[], value: unknown): unknown {
  if (key === '[]') return rest.length === 0 ? [value] : [withValue(first(whole), rest, value)];
  const before = whole as Readonly<Record<string, object | undefined>>;
  const others = ['http', 'exec'].includes(key) ? { ...before, tcp: undefined } : before;
  const below = before[key] ?? (key === 'http' ? { path: '/' } : {});
  return { ...others, [key]: rest.length === 0 ? value : withValue(below, rest, value) };
}

/** Strategies that their own fields say something to. */
const STRATEGIES: Readonly<Record<string, object>> = {
  keepSeconds: { type: 'BlueGreen' },
  smoke: { type: 'BlueGreen', smoke: { path: '/' } },
  steps: { type: 'Canary', steps: [{ weight: 5 }] },
  analysis: { type: 'Canary' },
};

function wholeOf(kind: 'deployment' | 'definition', [field, part = '']: readonly string[]): object {
  const strategy = field === 'strategy' ? STRATEGIES[part] : undefined;
  return strategy === undefined ? WHOLE[kind] : { ...WHOLE[kind], strategy };
}

const first = (list: object): object => (Array.isArray(list) ? (list[0] as object) : {});

describe.each(['deployment', 'definition'] as const)('the bounds of a %s', (kind) => {
  const bounded = partsOf(shapeOf(kind), [])
    .filter(({ schema }) => schema.type === 'integer')
    .filter(({ path }) => path[0] !== 'repository')
    .map(({ path, schema }) => ({
      name: path.join('.'),
      path,
      min: schema.minimum ?? NaN,
      max: schema.maximum ?? NaN,
    }));

  test.each(bounded)('$name: $min to $max are those of the domain', ({ path, min, max }) => {
    const taken = (value: number): boolean => accepts(kind, withValue(wholeOf(kind, path), path, value));
    expect([taken(min), taken(min - 1), taken(max + 1)]).toEqual([true, false, false]);
    // Probes other than ready pass at once: the domain's own rule, which no bound can say.
    const once = path.at(-1) === 'successThreshold' && !path.includes('ready');
    expect(taken(max)).toBe(!once);
  });
});

test.each([
  ['deployment', deploymentSpec],
  ['definition', definitionSpec],
] as const)('whatever is kept of a %s can be said in its file', (kind, kept) => {
  const pathsOf = (schema: JsonSchema): string[] => partsOf(schema, []).map(({ path }) => path.join('.'));
  const known = pathsOf(shapeOf(kind));
  expect(pathsOf(z.toJSONSchema(kept) as JsonSchema).filter((path) => !known.includes(path))).toEqual([]);
});

const EXAMPLES = new URL('../fixtures/examples/', import.meta.url);
test.each(readdirSync(EXAMPLES))('an editor has no complaint about %s', (name) => {
  const value: unknown = parse(readFileSync(new URL(name, EXAMPLES), 'utf8'));
  expect(validatorOf(asObject(editorSchema('deployment')))(value)).toEqual([]);
});

test.each([
  ['deployment', { id: 'a', definitionId: 'b', replica: 1 }],
  ['deployment', { id: 'a', definitionId: 'b', strategy: { maxSurg: 1 } }],
  ['deployment', { id: 'a', definitionId: 'b', volumes: [{ source: 'x', target: '/y', readonly: true }] }],
  ['deployment', { id: 'a', definitionId: 'b', probes: { live: {} } }],
  ['deployment', { definitionId: 'b' }],
  ['definition', { id: 'a' }],
  ['definition', { id: 'a', image: { name: 'x' }, repository: { url: 'y' } }],
  ['definition', { id: 'a', image: { name: 'x' }, hostPort: 1 }],
  ['secret', { value: 'x' }],
  ['config', { data: [] }],
] as const)('an editor complains about a %s %j', (kind, value) => {
  expect(validatorOf(asObject(editorSchema(kind)))(value)).not.toEqual([]);
});

test('an editor lets unquoted numbers and booleans pass where text is wanted, as `oo` does', () => {
  const value = { id: 'a', definitionId: 'b', resources: { cpu: 1 }, envars: { PORT: 8080, DEBUG: true } };
  expect(validatorOf(asObject(editorSchema('deployment')))(value)).toEqual([]);
});
