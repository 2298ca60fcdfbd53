import { z } from 'zod';

import { move } from '../../domain/deployment/events.ts';
import { ROUTER_KINDS } from '../../routing/router.ts';
import { nodeStanding } from './registry-schemas.ts';

export const workerView = z.strictObject({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  /** False between its death and the moment at which somebody finds it dead. */
  alive: z.boolean(),
  /** Empty: all clusters. */
  clusters: z.array(z.string()),
  queues: z.array(z.string()),
  /** Whether it watches nodes. */
  watches: z.boolean(),
  /** RFC 3339. */
  since: z.string(),
  lastBeat: z.string(),
  /** Ids of the nodes that it watches now. */
  nodes: z.array(z.string()),
  /** Attempts in hand by the queue that they came from. */
  jobs: z.record(z.string(), z.int()),
});
export type WorkerView = z.infer<typeof workerView>;

/** What carries requests to replicas. */
export const routerView = z.strictObject({
  id: z.string(),
  kind: z.enum(ROUTER_KINDS),
  host: z.string(),
  pid: z.int(),
  /** False when it has not beaten within its lease: it is not waited for. */
  alive: z.boolean(),
  /** The position of the log whose table it has in force. */
  position: z.int(),
  /** Events of the log that it has not come past. */
  lag: z.int(),
  /** Requests under way at replicas that it sends nothing to any more, by replica and generation. */
  inFlight: z.record(z.string(), z.int()),
  /** RFC 3339. */
  since: z.string(),
  lastBeat: z.string(),
});
export type RouterView = z.infer<typeof routerView>;

/** Work that no living worker takes. */
export const unserved = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('cluster'),
    cluster: z.string(),
    lacks: z.array(z.string()),
    nodes: z.int(),
    jobsWaiting: z.int(),
  }),
  z.strictObject({ kind: z.literal('queue'), queue: z.string(), jobsWaiting: z.int() }),
]);
export type UnservedView = z.infer<typeof unserved>;

/** What draining a node would do to one deployment. */
export const deploymentDrain = z.strictObject({
  deploymentId: z.string(),
  replicas: z.array(z.string()),
  to: z.array(z.strictObject({ nodeId: z.string(), replicas: z.int() })),
  stuck: z.array(z.string()),
  homeless: z.int(),
  steps: z.int(),
  atATime: z.int(),
  strategy: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('Recreate') }),
    z.strictObject({ type: z.literal('RollingUpdate'), maxUnavailable: z.int(), maxSurge: z.int() }),
  ]),
  why: z.array(z.string()),
});

/** `position`: the place in the log that the plan was made from. */
export const drainPlan = z.strictObject({
  node: nodeStanding,
  url: z.string(),
  position: z.int(),
  deployments: z.array(deploymentDrain),
});
export type DrainPlanView = z.infer<typeof drainPlan>;

export const rebalancePlan = z.strictObject({
  position: z.int(),
  deployments: z.array(z.strictObject({ deploymentId: z.string(), moves: z.array(move.strict()) })),
  /** Deployments that are left as they are, and why. */
  left: z.array(z.strictObject({ deploymentId: z.string(), why: z.string() })),
});
export type RebalancePlanView = z.infer<typeof rebalancePlan>;

/** A plan as it was reviewed: it is carried out if it would be the same now. */
export const reviewedRebalancing = z.object({
  position: z.int(),
  deploymentId: z.string().optional(),
  moves: z.array(z.object({ replicaId: z.string(), generation: z.int(), from: z.string(), to: z.string() })).min(1),
});
