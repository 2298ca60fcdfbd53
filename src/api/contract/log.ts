import { z } from 'zod';

import { logAnswer, logQuery } from './log-schemas.ts';
import type { Route } from './route.ts';

const byId = z.object({ id: z.string() });

const logs = {
  permission: 'deploy-svc:log:view',
  params: byId,
  query: logQuery,
  status: 200,
  otherTypes: ['application/x-ndjson'],
  response: logAnswer,
} as const;

export const logRoutes = {
  deploymentLogs: {
    summary:
      'Output of all replicas of a deployment, by time; with Accept: application/x-ndjson or ?follow=true as a stream',
    ...logs,
  },
  replicaLogs: {
    summary: 'Output of one replica, by its id, its instance or its container; streams as that of a deployment',
    ...logs,
  },
} as const satisfies Record<string, Route>;
