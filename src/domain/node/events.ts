import { z } from 'zod';

export const gpu = z.object({ name: z.string(), vramBytes: z.number().int() });

/** CPU in thousandths of a core, sizes in bytes. */
export const nodeCapacity = z.object({
  cpuMillis: z.number().int(),
  memoryBytes: z.number().int(),
  gpus: z.array(gpu).readonly(),
});
export type NodeCapacity = z.infer<typeof nodeCapacity>;

export const nodeEvents = {
  NodeRegistered: z.object({
    nodeId: z.string(),
    url: z.string(),
    cluster: z.string(),
    zone: z.string(),
    labels: z.record(z.string(), z.string()),
    capacity: nodeCapacity,
  }),
  NodeRemoved: z.object({ nodeId: z.string() }),
} as const;
