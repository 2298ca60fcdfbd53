import { z } from 'zod';

import { deploymentView, eventView } from './deploy-schemas.ts';
import type { Route } from './route.ts';

/** One thing, whatever it is. */
export const description = z.strictObject({
  kind: z.enum(['deployment', 'replica', 'instance', 'node', 'definition']),
  id: z.string(),
  status: z.string(),
  /** RFC 3339: since when its status is so; of a definition, since when it is as it is. */
  since: z.string().optional(),
  /** As the log tells it. */
  state: z.record(z.string(), z.unknown()),
  /** Of a deployment: how far it is, and its replicas. */
  deployment: deploymentView.optional(),
  /** Replicas that hold a share of the node, or are the instance's. */
  replicas: z
    .array(z.strictObject({ id: z.string(), deploymentId: z.string(), status: z.string(), nodeId: z.string() }))
    .optional(),
  /** The last plan that was made for the deployment, in words. */
  decision: z.strictObject({ at: z.string(), position: z.int(), report: z.array(z.string()) }).optional(),
  /** The last ten that concern it, in order. */
  events: z.array(eventView),
  /** What to ask next. */
  next: z.array(z.string()),
});
export type Description = z.infer<typeof description>;

export const describeRoutes = {
  describe: {
    summary: 'What has this id: its state and since when, its last decision and its last events; to whoever may see it',
    permission: 'authenticated',
    asOf: true,
    params: z.object({ id: z.string() }),
    status: 200,
    response: description,
  },
} as const satisfies Record<string, Route>;
