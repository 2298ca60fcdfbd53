import { z } from 'zod';

import type { Route } from './route.ts';

/** How one deployment stands, in short: what a list of many shows and the contract's strict deployment has no field for. */
export const deploymentStanding = z.strictObject({
  id: z.string(),
  /** Replicas wanted now. */
  desired: z.int(),
  /** Replicas that serve, of any revision. */
  ready: z.int(),
  /** The latest; 0 before the first. */
  revision: z.int(),
  /** Of the latest revision; absent before the first. */
  image: z.string().optional(),
  strategy: z.string(),
  /** RFC 3339: its first save. */
  createdAt: z.string(),
  paused: z.boolean(),
});
export type DeploymentStanding = z.infer<typeof deploymentStanding>;

export const standingRoutes = {
  listStandings: {
    summary: 'How every deployment stands: replicas, revision, image, strategy and age',
    permission: 'deploy-svc:deployment:view',
    asOf: true,
    status: 200,
    response: z.strictObject({ standings: z.array(deploymentStanding) }),
  },
} as const satisfies Record<string, Route>;
