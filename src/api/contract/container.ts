import { z } from 'zod';

import { container, containerInput, containerLog, silentNodes } from './container-schemas.ts';
import type { Route } from './route.ts';

/** By id or URL; absent: whichever node it is on. */
const nodeId = z.string().nullish();
const listed = z.object({ nodeId, containerId: z.string().nullish(), limit: z.int().min(0).max(10_000).nullish() });
/** A container, or the deployment or definition that containers run. */
const named = z.object({ name: z.string().optional(), hash: z.string().optional(), nodeId: z.string().optional() });
const onNode = z.object({ nodeId: z.string().optional() });

export const containerRoutes = {
  runContainer: {
    summary: 'Runs a container outside of any deployment; one of that name that differs is replaced',
    permission: 'container-svc:container:create',
    body: containerInput,
    bodyJudgedBy: 'domain',
    status: 200,
    /** `started`: false when it ran already. */
    response: z.strictObject({
      started: z.boolean(),
      ports: z.array(z.strictObject({ internal: z.int(), host: z.int() })),
      id: z.string(),
      nodeId: z.string(),
    }),
  },
  stopContainer: {
    summary: 'Stops a container that was run by hand, by id or by name',
    permission: 'container-svc:container:stop',
    body: z.object({ id: z.string().nullish(), name: z.string().nullish(), nodeId }),
    status: 200,
    response: z.strictObject({}),
  },
  listContainers: {
    summary: 'The containers of all nodes, or of one, whoever runs them',
    permission: 'container-svc:container:view',
    body: listed,
    status: 200,
    response: z.strictObject({ containers: z.array(container), silent: silentNodes.optional() }),
  },
  listContainerLogs: {
    summary: 'Output of containers, the newest line first; 100 lines by default',
    permission: 'container-svc:log:view',
    body: listed,
    status: 200,
    response: z.strictObject({ logs: z.array(containerLog), silent: silentNodes.optional() }),
  },
  containerIsRunning: {
    summary: 'Whether a container of that name or hash runs, on any node',
    permission: 'container-svc:container:view',
    query: named,
    status: 200,
    response: z.strictObject({ isRunning: z.boolean() }),
  },
  containerSummary: {
    summary: 'How the containers of a name or hash are: of a container, a deployment or a definition',
    permission: 'container-svc:container:view',
    query: named.extend({ lines: z.coerce.number<number | string>().int().min(0).max(1000).optional() }),
    status: 200,
    response: z.strictObject({ status: z.string(), logs: z.string(), summary: z.string() }),
  },
  buildImage: {
    summary: 'Builds an image from a checkout of Source Svc',
    permission: 'container-svc:image:build',
    body: z.object({
      name: z.string().min(1),
      contextPath: z.string().min(1),
      dockerfilePath: z.string().nullish(),
      nodeId,
    }),
    status: 200,
    response: z.strictObject({}),
  },
  imagePullable: {
    summary: 'Whether the registry of the image has it',
    permission: 'container-svc:container:view',
    params: z.object({ imageName: z.string() }),
    query: onNode,
    status: 200,
    response: z.strictObject({ pullable: z.boolean() }),
  },
  getHost: {
    summary: 'The address by which containers reach the host of their node',
    permission: 'container-svc:container:view',
    query: onNode,
    status: 200,
    response: z.strictObject({ host: z.string() }),
  },
  containerDaemonInfo: {
    summary: 'Whether the engine of a node answers',
    permission: 'container-svc:container:view',
    query: onNode,
    status: 200,
    response: z.strictObject({ available: z.boolean(), address: z.string().optional(), error: z.string().optional() }),
  },
} as const satisfies Record<string, Route>;
