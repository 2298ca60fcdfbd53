import { z } from 'zod';

import { deployment, deploymentView, eventView } from './deploy-schemas.ts';
import { deploymentInput } from './deployment-input.ts';
import type { Route } from './route.ts';

export const deployRoutes = {
  /** `planPosition`: only if what was planned at that position would still be planned; else 409. */
  saveDeployment: {
    summary: 'Creates the deployment, or replaces what is wanted of it',
    permission: 'deploy-svc:deployment:edit',
    /**
     * `reason`: why, in the caller's own words; it is kept in the history. `planPosition`: only while what was planned there is
     * what would be done.
     */
    body: z.object({
      deployment: deploymentInput,
      reason: z.string().max(500).optional(),
      planPosition: z.int().min(0).optional(),
    }),
    bodyJudgedBy: 'domain',
    status: 200,
    response: z.strictObject({}),
  },
  listDeployments: {
    summary: 'All deployments with their status',
    permission: 'deploy-svc:deployment:view',
    asOf: true,
    body: z.object({}),
    status: 200,
    response: z.strictObject({ deployments: z.array(deployment) }),
  },
  deleteDeployment: {
    summary: 'Stops every replica of the deployment and removes it; an unknown id is no error',
    permission: 'deploy-svc:deployment:delete',
    body: z.object({ deploymentId: z.string().min(1) }),
    status: 200,
    response: z.strictObject({}),
  },
  showDeployment: {
    summary: 'One deployment with its progress and its replicas',
    permission: 'deploy-svc:deployment:view',
    asOf: true,
    params: z.object({ id: z.string() }),
    status: 200,
    response: deploymentView,
  },
  listEvents: {
    summary:
      'Events after a position, in order, of what the caller may see; with Accept: text/event-stream they follow live',
    permission: 'authenticated',
    asOf: true,
    query: z.object({
      /** 0: from the beginning. */
      after: z.coerce.number<number | string>().int().min(0).optional(),
      limit: z.coerce.number<number | string>().int().min(1).max(1000).optional(),
      deploymentId: z.string().optional(),
      /** `deployment/depl_x`, `node/node_x` … */
      stream: z.string().optional(),
      /** An id of anything: deployment, replica, node, definition, build, user … */
      entity: z.string().optional(),
      /** Types or globs of them, with commas between: `Replica*,DeploymentSaved`. */
      type: z.string().optional(),
      /** `user/usr_x`, `worker/…` */
      actor: z.string().optional(),
      correlationId: z.string().optional(),
      /** After that moment: a position, an RFC 3339 time, or the id of an event. */
      since: z.string().optional(),
      /** Up to that moment. */
      until: z.string().optional(),
      /** `cloudevents`: each as a CloudEvent 1.0, in a page and in a stream; in a page also by `Accept`. */
      format: z.enum(['cloudevents']).optional(),
    }),
    status: 200,
    otherTypes: ['text/event-stream', 'application/cloudevents-batch+json'],
    /** `position`: read on after this. */
    response: z.strictObject({ events: z.array(eventView), position: z.int() }),
  },
} as const satisfies Record<string, Route>;
