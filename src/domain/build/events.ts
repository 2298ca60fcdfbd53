import { z } from 'zod';

const ids = { buildId: z.string() };

/** How one image came to be, or did not: a stream for each combination of repository, commit, context and container file. */
export const buildEvents = {
  /** A deployment needs it, and it is not there; asked again after a failure, or when no node has the image any more. */
  BuildRequested: z.object({
    ...ids,
    /** What the image will be called. */
    image: z.string(),
    url: z.string(),
    /** 40 hexadecimal characters. */
    commit: z.string(),
    buildContext: z.string().optional(),
    containerFile: z.string().optional(),
    /** Name of the secret that lets in, and the app that it belongs to: a private repository. */
    credentials: z.object({ app: z.string(), secret: z.string() }).optional(),
    /** Why it is asked for again. */
    reason: z.string().optional(),
  }),
  /** A worker builds it on a node. */
  BuildStarted: z.object({ ...ids, nodeId: z.string() }),
  BuildSucceeded: z.object({
    ...ids,
    image: z.string(),
    /** The engine's digest of its content. */
    imageId: z.string(),
    nodeId: z.string(),
    milliseconds: z.number().int(),
    /** Whether the registry has it as well. */
    pushed: z.boolean(),
  }),
  BuildFailed: z.object({
    ...ids,
    /** One line, in the engine's own words: `COPY failed: file not found in build context …`. */
    reason: z.string(),
    /** The same again would fail again: it is not tried before somebody asks. Else it is, after a while. */
    terminal: z.boolean(),
    /** The last lines of its log. */
    lastLogs: z.array(z.string()),
  }),
  /** No revision in use is made from its image: it was taken from the nodes. */
  BuildForgotten: z.object(ids),
} as const;
