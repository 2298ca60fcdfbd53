import { z } from 'zod';

import { DEPLOYMENT_STATUSES } from '../../domain/deployment/events.ts';
import { placementDecision } from '../../domain/replica/events.ts';
import { change } from './history.ts';
import { deploymentInput } from './deployment-input.ts';
import type { Route } from './route.ts';

/** A node that there is not. */
export const hypotheticalNode = z.strictObject({
  name: z.string(),
  cluster: z.string().optional(),
  zone: z.string().optional(),
  /** `500m`, `4` */
  cpu: z.string(),
  /** `16Gi` */
  memory: z.string(),
  gpus: z.array(z.object({ name: z.string(), vram: z.string() })).optional(),
  labels: z.record(z.string(), z.string()).optional(),
});
export type HypotheticalNodeInput = z.input<typeof hypotheticalNode>;

const plannedAction = z.strictObject({
  type: z.enum(['revise', 'roll back', 'schedule', 'stop', 'lose', 'shift', 'smoke', 'ask', 'remove']),
  /** As the log would tell it. */
  text: z.string(),
  replicaId: z.string().optional(),
  generation: z.int().optional(),
  revision: z.int().optional(),
  nodeId: z.string().optional(),
  reason: z.string().optional(),
  /** Every node that was looked at, with what it lacks and its score. */
  decision: placementDecision.optional(),
});

const status = z.enum(DEPLOYMENT_STATUSES);

export const planView = z.strictObject({
  deploymentId: z.string(),
  /** The place in the log that it was made at. */
  position: z.int(),
  /** RFC 3339: what the clock said. */
  at: z.string(),
  /** Whether anything at all would happen. */
  changes: z.boolean(),
  /** Whether saving would be an event. */
  saves: z.boolean(),
  diff: z.array(change),
  /** The latest now; 0: none. */
  revision: z.int(),
  /** The latest then. */
  nextRevision: z.int(),
  /** What the planner would decide at once. */
  actions: z.array(plannedAction),
  report: z.array(z.string()),
  status,
  details: z.string(),
  /** That plan and those that follow if nothing goes wrong. */
  steps: z.array(z.strictObject({ actions: z.array(z.string()), status, details: z.string() })),
  end: z.strictObject({ status, details: z.string(), ready: z.int(), blocked: z.array(z.string()) }),
  wanted: z.int(),
  /** Replicas that serve now. */
  ready: z.int(),
  /** So many fewer of them serve at the worst moment. */
  mostUnavailable: z.int(),
  /** Replicas beyond those that are wanted at the fullest moment. */
  mostSurge: z.int(),
  /** RFC 3339: the planner looks again then at the latest. */
  wakeAt: z.string().optional(),
  warnings: z.array(z.strictObject({ kind: z.enum(['definition', 'secret', 'image']), message: z.string() })),
});
export type PlanView = z.infer<typeof planView>;

export const planRoutes = {
  planDeployment: {
    summary: 'What would be done if the deployment was saved, or about one as it is; changes nothing',
    permission: 'deploy-svc:deployment:view',
    body: z.object({
      /** As it would be saved. Else `deploymentId`. */
      deployment: deploymentInput.optional(),
      deploymentId: z.string().optional(),
      /** Ids or URLs: as if they were lost. */
      withoutNodes: z.array(z.string()).optional(),
      /** As if there were these too. */
      withNodes: z.array(hypotheticalNode).optional(),
      /** A position of the log, or an RFC 3339 time: the state then. */
      at: z.union([z.int().min(0), z.string()]).optional(),
    }),
    bodyJudgedBy: 'domain',
    status: 200,
    response: planView,
  },
} as const satisfies Record<string, Route>;
