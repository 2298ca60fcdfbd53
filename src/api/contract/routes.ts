import { auditRoutes } from './audit.ts';
import { buildRoutes } from './build.ts';
import { configRoutes } from './config.ts';
import { containerRoutes } from './container.ts';
import { deployRoutes } from './deploy.ts';
import { describeRoutes } from './describe.ts';
import { differenceRoutes } from './difference.ts';
import { execRoutes } from './exec.ts';
import { fleetRoutes } from './fleet.ts';
import { grantRoutes } from './grant.ts';
import { healthRoutes } from './health.ts';
import { historyRoutes } from './history.ts';
import { planRoutes } from './plan.ts';
import { observabilityRoutes } from './observability.ts';
import { logRoutes } from './log.ts';
import type { OperationName } from './operations.ts';
import { proxyRoutes } from './proxy.ts';
import { registryRoutes } from './registry.ts';
import { rolloutRoutes } from './rollout.ts';
import type { Route } from './route.ts';
import { secretRoutes } from './secret.ts';
import { sourceRoutes } from './source.ts';
import { standingRoutes } from './standing.ts';
import { usageRoutes } from './usage.ts';
import { userRoutes } from './user.ts';
import { webhookRoutes } from './webhook.ts';
import { whyRoutes } from './why.ts';

/** The API, whole: the router, the validation, the typed client and the documentation all come from this table. */
export const ROUTES = {
  ...deployRoutes,
  ...rolloutRoutes,
  ...historyRoutes,
  ...differenceRoutes,
  ...webhookRoutes,
  ...planRoutes,
  ...standingRoutes,
  ...buildRoutes,
  ...logRoutes,
  ...execRoutes,
  ...describeRoutes,
  ...whyRoutes,
  ...usageRoutes,
  ...registryRoutes,
  ...fleetRoutes,
  ...auditRoutes,
  ...configRoutes,
  ...containerRoutes,
  ...sourceRoutes,
  ...userRoutes,
  ...grantRoutes,
  ...proxyRoutes,
  ...secretRoutes,
  ...observabilityRoutes,
  ...healthRoutes,
} as const satisfies Record<OperationName, Route>;
export type Routes = typeof ROUTES;
