import { z } from 'zod';

/**
 * `Healthy`: serves. `Degraded`: its heartbeats stay away. `Unreachable`: nobody answers, or its heartbeats stay away for long.
 * `Error`: it answers its ready probe with an error. `Unknown`: it registered itself, and was not heard of since.
 */
export const INSTANCE_STATUSES = ['Unknown', 'Healthy', 'Degraded', 'Unreachable', 'Error'] as const;

/** What its status was last told by: the probes of its replica, or its own heartbeats. */
export const STANDING_BY = ['probe', 'heartbeat'] as const;

export const instanceEvents = {
  InstanceRegistered: z.object({
    instanceId: z.string(),
    url: z.string(),
    /** The account that owns it. */
    slug: z.string(),
    status: z.enum(INSTANCE_STATUSES),
    deploymentId: z.string().optional(),
    replicaId: z.string().optional(),
    nodeUrl: z.string().optional(),
    scheme: z.string().optional(),
    host: z.string().optional(),
    ip: z.string().optional(),
    port: z.number().int().optional(),
    path: z.string().optional(),
    details: z.string().optional(),
    by: z.enum(STANDING_BY).optional(),
  }),
  /** Absent details: there is nothing to say. */
  InstanceStatusChanged: z.object({
    instanceId: z.string(),
    status: z.enum(INSTANCE_STATUSES),
    details: z.string().optional(),
    by: z.enum(STANDING_BY),
  }),
  InstanceRemoved: z.object({ instanceId: z.string() }),
} as const;
