import { z } from 'zod';

/**
 * Somebody had a command run in a container of a replica. Written before it is run, so that none is run unrecorded. Of the command only
 * the program and how many arguments it was given: arguments, values of variables, what is typed and what is said may be secret.
 */
export const execEvents = {
  ReplicaExecuted: z.object({
    deploymentId: z.string(),
    replicaId: z.string(),
    generation: z.number().int(),
    nodeId: z.string(),
    containerId: z.string(),
    program: z.string(),
    arguments: z.number().int(),
    /** Names of the variables that it was given. */
    variables: z.array(z.string()),
    /** Somebody talks with it on a terminal. */
    terminal: z.boolean(),
    /** The user in the container; absent: the image's own. */
    user: z.string().optional(),
  }),
} as const;
