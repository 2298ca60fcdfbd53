import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { addressOf, type Method, OPERATIONS, type OperationName } from '../../src/api/contract/operations.ts';
import type { Route } from '../../src/api/contract/route.ts';
import { ROUTES } from '../../src/api/contract/routes.ts';
import { COMPONENT_NAMES } from '../../src/api/reference/component-names.ts';
import { openApiDocument } from '../../src/api/reference/openapi.ts';
import { near } from '../support/arbitrary-json.ts';
import { type SchemaObject, validatorOf } from '../support/json-schema.ts';
import { problemsOfOpenApi, problemsOfSchema } from '../support/meta-schemas.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly 'x-permission'?: string;
  readonly parameters?: readonly { in: string; name: string; required?: boolean; schema: SchemaObject }[];
  readonly requestBody?: { required: boolean; content: Content };
  readonly responses: Readonly<Record<string, { description: string; content?: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: SchemaObject }>>;

/** As it is on the wire. */
const document = JSON.parse(JSON.stringify(openApiDocument())) as SchemaObject;
const paths = document['paths'] as Readonly<Record<string, Readonly<Record<Lowercase<Method>, Operation>>>>;
const components = (document['components'] as { schemas: Readonly<Record<string, SchemaObject>> }).schemas;
const NAMES = Object.keys(OPERATIONS) as OperationName[];

function operationOf(name: OperationName): Operation {
  const { method, path } = addressOf(name);
  const operation = paths[path]?.[method.toLowerCase() as Lowercase<Method>];
  if (operation === undefined) throw new Error(`the document lacks ${method} ${path}`);
  return operation;
}

/** Every object below that stands under a key `schema`, and the components. */
function schemasIn(part: unknown): readonly SchemaObject[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) =>
    key === 'schema' ? [value as SchemaObject] : schemasIn(value),
  );
}

test('it is an OpenAPI 3.1 document, and every schema in it one of draft 2020-12', () => {
  expect(problemsOfOpenApi(document)).toEqual([]);
  const schemas = [...schemasIn(paths), ...Object.values(components)];
  expect(schemas.length).toBeGreaterThan(150);
  expect(schemas.flatMap(problemsOfSchema)).toEqual([]);
});

test('it holds every operation of the table, and nothing else', () => {
  const held = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId }]) => [operationId, `${method.toUpperCase()} ${path}`]),
  );
  expect(Object.fromEntries(held)).toEqual(OPERATIONS);
  expect(held).toHaveLength(NAMES.length);
});

test('recurring schemas have the names that generated clients will show, and no others', () => {
  expect(Object.keys(components).toSorted()).toEqual(Object.keys(COMPONENT_NAMES).toSorted());
  for (const name of ['Deployment', 'Definition', 'Node', 'Instance', 'Secret', 'Config', 'Error']) {
    expect(JSON.stringify(paths)).toContain(`"#/components/schemas/${name}"`);
  }
});

/** How a route that asks for no permission says who may call it. */
const ACCESS: Readonly<Record<string, readonly object[]>> = {
  public: [],
  optional: [{}, { token: [] }],
  authenticated: [{ token: [] }],
};

describe.each(NAMES)('%s', (name) => {
  const route: Route = ROUTES[name];
  const operation = operationOf(name);

  test('says who may, in what shape it answers, and how it fails', () => {
    expect(operation.summary).toBe(route.summary);
    expect(operation.summary).toMatch(/^\S.{5,140}$/);
    const { permission } = route;
    expect(operation.security).toEqual(ACCESS[permission] ?? [{ token: [permission] }]);
    expect(operation['x-permission']).toBe(permission.includes(':') ? permission : undefined);
    const answer = operation.responses[route.status];
    expect(Object.keys(answer?.content ?? {})).toEqual(
      route.response === undefined
        ? []
        : [route.produces?.split(';')[0] ?? 'application/json', ...(route.otherTypes ?? [])],
    );
    expect(operation.responses['default']?.content?.['application/json']?.schema).toEqual({
      $ref: '#/components/schemas/Error',
    });
    for (const [parameter] of addressOf(name).path.matchAll(/(?<=\{)\w+/g)) {
      expect(operation.parameters).toContainEqual(
        expect.objectContaining({ in: 'path', name: parameter, required: true }),
      );
    }
  });

  test('a body may be left out exactly where an empty object will do', () => {
    expect(operation.requestBody?.required).toBe(route.body && !route.body.safeParse({}).success);
  });

  const parts: readonly (readonly [string, z.ZodType | undefined, SchemaObject | undefined])[] = [
    ['body', route.body, operation.requestBody?.content['application/json']?.schema],
    ['path', route.params, parametersOf(operation, 'path')],
    ['query', route.query instanceof z.ZodObject ? route.query : undefined, parametersOf(operation, 'query')],
    ['answer', route.response, Object.values(operation.responses[route.status]?.content ?? {})[0]?.schema],
  ];
  const given = parts.flatMap(([part, zod, schema]) =>
    zod === undefined ? [] : [{ part, zod, schema: schema ?? {} }],
  );

  test.each(given)(
    'the schema of its $part accepts what the server does, and refuses the rest',
    ({ part, zod, schema }) => {
      const problems = validatorOf(schema, { within: document });
      // What comes in an address is text: of another kind there is nothing to tell.
      const values = near(schema, { root: document, noise: part === 'body' || part === 'answer' });
      fc.assert(
        fc.property(values, (value) => {
          const parsed = zod.safeParse(value);
          // Of what is read in another type than it was written the schema describes what was written.
          const forms: readonly unknown[] = parsed.success ? [parsed.data, value] : [value];
          const wrong =
            forms.map(problems).find((found, index) => found.length === 0 || index === forms.length - 1) ?? [];
          expect({ fits: wrong.length === 0, wrong }).toMatchObject({ fits: parsed.success });
        }),
        { numRuns: 100 },
      );
    },
  );
});

function parametersOf({ parameters = [] }: Operation, place: string): SchemaObject {
  const own = parameters.filter((each) => each.in === place);
  return {
    type: 'object',
    properties: Object.fromEntries(own.map(({ name, schema }) => [name, schema])),
    required: own.filter(({ required }) => required === true).map(({ name }) => name),
  };
}
