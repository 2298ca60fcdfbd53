import { z } from 'zod';

import { volume } from './settings.ts';

const place = { nodeId: z.string(), name: z.string() };

/**
 * What somebody had done to a container of their own, outside of any deployment. Written before it is done: an engine's
 * refusal comes after it. Values of variables are no part of it.
 */
export const containerEvents = {
  ContainerRunRequested: z.object({
    ...place,
    image: z.string(),
    hash: z.string().optional(),
    variables: z.array(z.string()),
    ports: z.array(z.object({ internal: z.number().int(), host: z.number().int().optional() })),
    /** Folders that outlive the container, by the volumes that hold them. */
    keeps: z.array(volume).optional(),
    /** Numbers of the cards that it is given. */
    gpuIndexes: z.array(z.number().int()).optional(),
  }),
  ContainerStopRequested: z.object({ ...place, containerId: z.string() }),
  ImageBuildRequested: z.object({ ...place, contextPath: z.string(), dockerfilePath: z.string().optional() }),
} as const;
