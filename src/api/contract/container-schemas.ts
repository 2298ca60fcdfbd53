import { z } from 'zod';

const port = z.int().min(0).max(65535);
const pair = z.object({ key: z.string(), value: z.string() });

/** A container as clients read it; `status` is the engine's word: `running`, `exited` … */
export const container = z.strictObject({
  id: z.string(),
  nodeId: z.string(),
  names: z.array(z.string()),
  image: z.string(),
  ports: z.array(z.strictObject({ internal: port, host: port })),
  hash: z.string().optional(),
  labels: z.array(z.strictObject({ key: z.string(), value: z.string() })),
  status: z.string(),
  runtime: z.literal('docker'),
});
export type Container = z.infer<typeof container>;

/** One line of a container's output. */
export const containerLog = z.strictObject({
  id: z.string(),
  nodeId: z.string(),
  containerId: z.string(),
  createdAt: z.string(),
  content: z.string(),
});
export type ContainerLog = z.infer<typeof containerLog>;

/** What to run. Of `names` the first counts. `nodeId` absent: the node of the server's machine, else the only one. */
export const containerInput = z.object({
  image: z.string(),
  names: z.array(z.string()).optional(),
  hash: z.string().optional(),
  ports: z.array(z.object({ internal: port, host: port.optional() })).optional(),
  labels: z.array(pair).optional(),
  envs: z.array(pair).optional(),
  /** Folders that are there again when another container of that name or hash takes its place. */
  keeps: z.array(z.object({ path: z.string(), readOnly: z.boolean().optional() })).optional(),
  /** `gpuEnabled`: all cards of the node. */
  capabilities: z.object({ gpuEnabled: z.boolean().optional() }).optional(),
  nodeId: z.string().optional(),
});

/** Nodes that did not answer, where others did. */
export const silentNodes = z.array(z.strictObject({ nodeId: z.string(), error: z.string() }));
export type SilentNodes = z.infer<typeof silentNodes>;
