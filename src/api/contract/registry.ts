import { z } from 'zod';

import { definitionInput } from './definition-input.ts';
import { ids } from './ids.ts';
import { definition, instance, instanceInput, node, nodeInput, nodeStanding } from './registry-schemas.ts';
import type { Route } from './route.ts';

const byId = z.object({ id: z.string() });
const echo = { summary: 'Answers what it was sent', permission: 'public', status: 200, response: z.unknown() } as const;

export const registryRoutes = {
  listDefinitions: {
    summary: 'All definitions',
    permission: 'registry-svc:definition:view',
    asOf: true,
    status: 200,
    response: z.strictObject({ definitions: z.array(definition) }),
  },
  saveDefinition: {
    summary: 'Creates or replaces a definition; deployments that use it roll over to it',
    permission: 'registry-svc:definition:edit',
    body: z.object({ definition: definitionInput }),
    bodyJudgedBy: 'domain',
    status: 201,
    response: z.strictObject({}),
  },
  deleteDefinition: {
    summary: 'Deletes a definition; an unknown id is no error',
    permission: 'registry-svc:definition:delete',
    params: byId,
    status: 204,
  },
  listNodes: {
    summary: 'The nodes with their load; all of them, or those with these ids',
    permission: 'registry-svc:node:view',
    asOf: true,
    body: z.object({ ids: ids.nullish() }),
    status: 200,
    // Beside the contract's strict objects: clients pass over keys that they do not know here.
    response: z.strictObject({ nodes: z.array(node), states: z.array(nodeStanding).optional() }),
  },
  selfNode: {
    summary: 'The node on this machine',
    permission: 'registry-svc:node:view',
    asOf: true,
    status: 200,
    response: z.strictObject({ node }),
  },
  saveNode: {
    summary: 'Registers an engine as a node, or updates it; the engine is asked for its capacity',
    permission: 'registry-svc:node:edit',
    body: z.object({ node: nodeInput }),
    bodyJudgedBy: 'domain',
    status: 200,
    response: z.strictObject({ node: z.strictObject({ id: z.string(), url: z.string() }) }),
  },
  scheduleNode: {
    summary: 'Cordons a node (nothing new on it), drains it (its replicas move), or opens it again',
    permission: 'registry-svc:node:edit',
    params: byId,
    body: z.object({ scheduling: z.enum(['open', 'cordoned', 'draining']) }),
    status: 200,
    response: z.strictObject({ node: nodeStanding }),
  },
  deleteNode: {
    summary: 'Removes a node that runs nothing; an unknown one is no error',
    permission: 'registry-svc:node:delete',
    params: z.object({ url: z.string() }),
    status: 204,
  },
  listInstances: {
    summary: 'Running instances; filters are exact and all must hold',
    permission: 'registry-svc:instance:view',
    asOf: true,
    query: z.object({
      id: z.string().optional(),
      scheme: z.string().optional(),
      host: z.string().optional(),
      ip: z.string().optional(),
      path: z.string().optional(),
      slug: z.string().optional(),
      deploymentId: z.string().optional(),
      nodeUrl: z.string().optional(),
    }),
    status: 200,
    response: z.strictObject({ instances: z.array(instance) }),
  },
  registerInstance: {
    summary: 'Registers a running service under its URL; a second time updates it',
    permission: 'registry-svc:instance:edit',
    body: instanceInput,
    bodyJudgedBy: 'domain',
    status: 201,
    response: z.strictObject({}),
  },
  removeInstance: {
    summary: 'Takes an instance out of the registry; an unknown id is no error',
    permission: 'registry-svc:instance:delete',
    params: byId,
    status: 204,
  },
  echoGet: { ...echo, query: z.record(z.string(), z.unknown()) },
  echoPost: { ...echo, body: z.unknown() },
  echoPut: { ...echo, body: z.unknown() },
} as const satisfies Record<string, Route>;
