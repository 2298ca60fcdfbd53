import { z } from 'zod';

import { drainPlan, rebalancePlan, reviewedRebalancing, routerView, unserved, workerView } from './fleet-schemas.ts';
import type { Route } from './route.ts';

export const fleetRoutes = {
  listWorkers: {
    summary: 'The worker processes: what each serves, watches and has in hand, and what nobody serves',
    permission: 'deploy-svc:worker:view',
    status: 200,
    response: z.strictObject({ workers: z.array(workerView), unserved: z.array(unserved) }),
  },
  listRouters: {
    summary: 'The routers: how far each has come in the log, and what is still under way at what it has let go of',
    permission: 'deploy-svc:worker:view',
    status: 200,
    response: z.strictObject({ routers: z.array(routerView) }),
  },
  drainPlan: {
    summary: 'What draining a node would move, where to and in what steps, and what would stay; changes nothing',
    permission: 'registry-svc:node:view',
    params: z.object({ id: z.string() }),
    status: 200,
    response: drainPlan,
  },
  rebalancePlan: {
    summary: 'Which replicas would get a better home if they were placed today; changes nothing',
    permission: 'registry-svc:node:view',
    query: z.object({ deploymentId: z.string().optional() }),
    status: 200,
    response: rebalancePlan,
  },
  rebalance: {
    summary: 'Moves replicas to better homes as it was reviewed; 409 when the fleet has changed since',
    permission: 'registry-svc:node:edit',
    body: reviewedRebalancing,
    status: 200,
    response: rebalancePlan,
  },
} as const satisfies Record<string, Route>;
