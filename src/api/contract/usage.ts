import { z } from 'zod';

import type { Route } from './route.ts';

/** CPU in thousandths of a core, memory in bytes. */
const amount = z.strictObject({ cpuMillis: z.int(), memoryBytes: z.int() });

export const usageView = z.strictObject({
  replicas: z.array(
    z.strictObject({
      id: z.string(),
      deploymentId: z.string(),
      nodeId: z.string(),
      status: z.string(),
      /** Reserved on its node, which is its container's limit as well; 0: none. */
      requested: amount,
      /** Absent: `reason` says why. */
      used: amount.optional(),
      /** RFC 3339: when it was measured. */
      at: z.string().optional(),
      reason: z.string().optional(),
    }),
  ),
  nodes: z.array(
    z.strictObject({
      id: z.string(),
      liveness: z.string(),
      lastHeartbeat: z.string().optional(),
      capacity: amount,
      requested: amount,
      /** Of the replicas that were measured. */
      used: amount,
      replicas: z.int(),
      measured: z.int(),
    }),
  ),
});
export type UsageView = z.infer<typeof usageView>;

export const usageRoutes = {
  usage: {
    summary: 'What replicas and nodes use, as it was measured last, beside what is requested',
    permission: 'deploy-svc:deployment:view',
    status: 200,
    response: usageView,
  },
} as const satisfies Record<string, Route>;
