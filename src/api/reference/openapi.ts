import { z } from 'zod';
import {
  createDocument,
  type oas32,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';

import { errorBody } from '../contract/error.ts';
import { addressOf, type OperationName } from '../contract/operations.ts';
import type { Route } from '../contract/route.ts';
import { ROUTES } from '../contract/routes.ts';
import { COMPONENT_NAMES } from './component-names.ts';
import { productVersion } from '../../version.ts';

export type OpenApiDocument = oas32.OpenAPIObject;

const DESCRIPTION = `Deploys, scales, updates and heals containers on a fleet of Docker hosts.

Log in with \`POST /user-svc/login\` and send the token as \`Authorization: Bearer <token>\`. Whoever lacks a permission gets 401, never 403.
Every answer has an \`X-Correlation-Id\`; one that changed something says the position of the change in the log as \`X-Log-Position\`.
Where events that the answer would tell of lie in archives, \`X-Log-Archived\` says up to which position, and in which file.`;

/** The API as an OpenAPI 3.1 document: the table of routes, and nothing else. */
export function openApiDocument(): OpenApiDocument {
  const names = Object.keys(ROUTES) as OperationName[];
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Deploy Svc',
      version: productVersion(),
      description: DESCRIPTION,
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(names.map(tagOf))].map((name) => ({ name })),
    paths: pathsOf(names),
    components: {
      schemas: COMPONENT_NAMES,
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  });
}

function pathsOf(names: readonly OperationName[]): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const name of names) {
    const { method, path } = addressOf(name);
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(name) };
  }
  return paths;
}

function operationOf(name: OperationName): ZodOpenApiOperationObject {
  const route: Route = ROUTES[name];
  return {
    operationId: name,
    tags: [tagOf(name)],
    summary: route.summary,
    ...accessOf(route),
    ...parametersOf(route),
    ...(route.body === undefined ? {} : { requestBody: bodyOf(route.body) }),
    responses: responsesOf(route),
  };
}

/** `deploy-svc`, or `health` for what belongs to no service. */
function tagOf(name: OperationName): string {
  return /^\/(\w+-svc)\//.exec(addressOf(name).path)?.[1] ?? 'health';
}

/** The permission, where one is asked for, as the scope of the token and as a field of its own. */
function accessOf({ permission }: Route): Partial<ZodOpenApiOperationObject> {
  switch (permission) {
    case 'public':
      return { security: [] };
    case 'optional':
      return { security: [{}, { token: [] }] };
    case 'authenticated':
      return { security: [{ token: [] }] };
    default:
      return { security: [{ token: [permission] }], 'x-permission': permission };
  }
}

function parametersOf({ params, query: own, asOf }: Route): Partial<ZodOpenApiOperationObject> {
  const query = asOf === true ? atOf(own) : own;
  const path = params instanceof z.ZodObject ? { path: params } : {};
  // A query of free keys has no parameters by name; it is one object that is spread out.
  if (query !== undefined && !(query instanceof z.ZodObject)) {
    const spread = { in: 'query', name: 'query', style: 'form', explode: true, schema: { type: 'object' } } as const;
    return { requestParams: path, parameters: [spread] };
  }
  return { requestParams: { ...path, ...(query === undefined ? {} : { query }) } };
}

/** Nothing, `null` and `{}` are the same: where `{}` will do, the body may be left out. */
function bodyOf(body: z.ZodType): NonNullable<ZodOpenApiOperationObject['requestBody']> {
  return { required: !body.safeParse({}).success, content: { 'application/json': { schema: body } } };
}

function responsesOf({
  permission,
  status,
  otherStatuses = [],
  produces = 'application/json',
  otherTypes = [],
  response,
}: Route): ZodOpenApiResponsesObject {
  const problem = { content: { 'application/json': { schema: errorBody } } };
  const types = Object.fromEntries(otherTypes.map((type) => [type, { schema: z.string() }]));
  const answer =
    response === undefined ? {} : { content: { [produces.replace(/;.*/, '')]: { schema: response }, ...types } };
  const answers = [status, ...otherStatuses].map((code) => [
    code,
    { description: response === undefined ? 'Done; there is no body' : 'The answer', ...answer },
  ]);
  const asksToken = permission !== 'public' && permission !== 'optional';
  return {
    ...(Object.fromEntries(answers) as ZodOpenApiResponsesObject),
    ...(asksToken ? { '401': { description: 'No token, or one that does not hold the permission', ...problem } } : {}),
    default: { description: 'What is wrong, in one line, and field by field', ...problem },
  };
}

/** The query with `at`, which every route that has a past takes. */
function atOf(query: z.ZodType | undefined): z.ZodObject {
  const own = query instanceof z.ZodObject ? query : z.object({});
  return own.extend({
    at: z.string().optional().describe('As of then: a position of the log, an RFC 3339 time, or the id of an event'),
  });
}
