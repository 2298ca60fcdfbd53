import { z } from 'zod';

export const gpu = z.object({
  name: z.string(),
  vramBytes: z.number().int(),
  /** The card's number on its node; absent: its place in the list. */
  index: z.number().int().optional(),
  /** Somebody said that it is there; nothing has measured it. */
  declared: z.boolean().optional(),
});

/** CPU in thousandths of a core, sizes in bytes. */
export const nodeCapacity = z.object({
  cpuMillis: z.number().int(),
  memoryBytes: z.number().int(),
  gpus: z.array(gpu).readonly(),
});
export type NodeCapacity = z.infer<typeof nodeCapacity>;

/** What of a node is not given away. Sizes in bytes, CPU in thousandths of a core; the margin is per card. */
export const nodeReserve = z.object({
  cpuMillis: z.number().int(),
  memoryBytes: z.number().int(),
  gpuMarginBytes: z.number().int(),
});
export type NodeReserve = z.infer<typeof nodeReserve>;

const node = { nodeId: z.string() };

export const nodeEvents = {
  NodeRegistered: z.object({
    ...node,
    url: z.string(),
    cluster: z.string(),
    zone: z.string(),
    labels: z.record(z.string(), z.string()),
    capacity: nodeCapacity,
    /** Absent: nothing is kept back. */
    reserve: nodeReserve.optional(),
  }),
  /** Nothing new is placed on it; what runs stays. */
  NodeCordoned: z.object(node),
  /** Its replicas are moved to other nodes. */
  NodeDrainStarted: z.object(node),
  /** Nothing of it is left to move. */
  NodeDrained: z.object(node),
  /** It takes replicas again; a drain is given up where it stands. */
  NodeUncordoned: z.object(node),
  /** Its engine has not answered for so long that its replicas are started elsewhere. */
  NodeLost: z.object({ ...node, silentMs: z.number().int(), reason: z.string() }),
  /** Its engine answers again, and what it no longer owns has been removed. */
  NodeReturned: z.object(node),
  NodeRemoved: z.object(node),
} as const;
