import { z } from 'zod';

import type { Route } from './route.ts';

const reason = z.string().max(500).optional();

/** What all of them have in common: 409 names the next command, and what is so already is no error. */
const command = {
  permission: 'deploy-svc:deployment:edit',
  params: z.object({ id: z.string() }),
  body: z.object({ reason }),
  bodyJudgedBy: 'domain',
  status: 200,
  response: z.strictObject({}),
} as const;

/** Commands to the rollout of one deployment. */
export const rolloutRoutes = {
  pauseDeployment: {
    ...command,
    summary: 'Stops a rollout where it is; what runs is looked after',
  },
  resumeDeployment: {
    ...command,
    summary: 'Goes on with a rollout that was paused',
  },
  promoteDeployment: {
    ...command,
    summary: 'Lets a release go a step further; full: to its end',
    body: z.object({ reason, full: z.boolean().optional() }),
  },
  abortDeployment: {
    ...command,
    summary: 'Takes a rollout back to the last revision that was OK',
  },
  restartDeployment: {
    ...command,
    summary: 'Rolls out a new revision from the same template; now: all at once, whatever the limits say',
    body: z.object({ reason, now: z.boolean().optional() }),
  },
  scaleDeployment: {
    ...command,
    summary: 'Saves the deployment with another number of replicas',
    body: z.object({ reason, replicas: z.int().min(0) }),
  },
} as const satisfies Record<string, Route>;
