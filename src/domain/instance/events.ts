import { z } from 'zod';

export const INSTANCE_STATUSES = ['Unknown', 'Healthy', 'Degraded', 'Unreachable', 'Error'] as const;

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
  }),
  InstanceRemoved: z.object({ instanceId: z.string() }),
} as const;
