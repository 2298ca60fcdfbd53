import { z } from 'zod';

import type { Route } from './route.ts';

/** A job that was given up. Times are RFC 3339. */
export const deadJob = z.strictObject({
  id: z.string(),
  /** The queue that it came from, with the cluster where it has one: `start.us-west1`. */
  queue: z.string(),
  /** What it was about: a deployment, a node with its replicas, or what had changed. */
  key: z.string(),
  attempts: z.number().int(),
  error: z.string(),
  correlationId: z.string().optional(),
  createdAt: z.string(),
  diedAt: z.string(),
});
export type DeadJobView = z.infer<typeof deadJob>;

/** https://prometheus.io/docs/prometheus/latest/http_sd/ */
const targetGroups = z.array(
  z.strictObject({ targets: z.array(z.string()), labels: z.record(z.string(), z.string()) }),
);

/** For how long Prometheus, which asks once a minute by default, may keep the list of targets. */
const SD_MAX_AGE_SECONDS = 5;

export const observabilityRoutes = {
  listDeadJobs: {
    summary: 'Jobs that were given up, those that died last first',
    permission: 'deploy-svc:job:view',
    query: z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) }),
    status: 200,
    response: z.strictObject({ jobs: z.array(deadJob), total: z.number().int() }),
  },
  retryDeadJobs: {
    summary:
      'Sends jobs that were given up back to their queues, with all their attempts anew: those of these ids, or all',
    permission: 'deploy-svc:job:retry',
    body: z.union([
      z.strictObject({ ids: z.array(z.uuid()).min(1).max(1_000) }),
      z.strictObject({ all: z.literal(true) }),
    ]),
    status: 200,
    response: z.strictObject({ retried: z.number().int(), remaining: z.number().int() }),
  },
  metrics: {
    summary: 'Measurements in the text format of Prometheus',
    permission: 'deploy-svc:metrics:view',
    status: 200,
    produces: 'text/plain; version=0.0.4; charset=utf-8',
    response: z.string(),
  },
  discoverInstances: {
    summary: 'The ready instances, as Prometheus discovers targets over HTTP',
    permission: 'deploy-svc:discovery:view',
    query: z.object({ deployment: z.string().optional(), cluster: z.string().optional() }),
    status: 200,
    maxAgeSeconds: SD_MAX_AGE_SECONDS,
    response: targetGroups,
  },
  discoverServices: {
    summary:
      'Where the living workers of this installation tell their own measurements, as Prometheus discovers targets over HTTP',
    permission: 'deploy-svc:discovery:view',
    status: 200,
    maxAgeSeconds: SD_MAX_AGE_SECONDS,
    response: targetGroups,
  },
} as const satisfies Record<string, Route>;
