import { z } from 'zod';

/** Whose output it is. A container that was run by hand has no replica. */
const origin = {
  deploymentId: z.string().optional(),
  replicaId: z.string().optional(),
  ordinal: z.int().optional(),
  revision: z.int().optional(),
  generation: z.int().optional(),
  nodeId: z.string(),
  /** Absent where there never was one. */
  containerId: z.string().optional(),
};
export const logOrigin = z.strictObject(origin);
export type LogOrigin = z.infer<typeof logOrigin>;

/** One line of output. */
export const logLine = z.strictObject({
  type: z.literal('line'),
  ...origin,
  stream: z.enum(['stdout', 'stderr']),
  /** RFC 3339, as exactly as the engine tells it. */
  time: z.string().optional(),
  text: z.string(),
  /** Its container is gone: it is one of the last lines that the event of its failure keeps. */
  kept: z.boolean().optional(),
});
export type LogLineRecord = z.infer<typeof logLine>;

/**
 * `opened`: its output is read. `live`: what there was has been given; from now on lines come as they are written. `ended`: it has ended.
 * `failed`: so its replica did. `unreadable`: its engine cannot be asked from here. `gone`: nothing is left of what it said.
 */
export const LOG_STATES = ['opened', 'live', 'ended', 'failed', 'unreadable', 'gone', 'limited'] as const;

export const logNotice = z.strictObject({
  type: z.literal('notice'),
  state: z.enum(LOG_STATES),
  ...origin,
  message: z.string(),
  /** With `live`: nothing before this time is wanted. */
  from: z.string().optional(),
});
export type LogNotice = z.infer<typeof logNotice>;

export const logEnd = z.strictObject({ type: z.literal('end') });

/** What a stream is made of, one JSON object for each line. Only a stream that closes with `end` is whole. */
export type LogRecord = LogLineRecord | LogNotice | z.infer<typeof logEnd>;

export const MAX_TAIL = 10_000;

const flag = z.enum(['true', '1', 'false', '0']).transform((text) => text === 'true' || text === '1');

export const logQuery = z.object({
  follow: flag.optional(),
  /** Of each container. 100 unless `since` is given. */
  tail: z.coerce.number<number | string>().int().min(0).max(MAX_TAIL).optional(),
  /** RFC 3339. */
  since: z.iso.datetime({ offset: true, error: 'is a time like 2026-01-31T12:00:00Z' }).optional(),
  /** Of the generation before the present one, or of the one that has ended. */
  previous: flag.optional(),
  /**
   * Goes on with a stream that was broken off: `container@time` for each container whose output has been seen up to then, inclusive,
   * separated by commas; without a time where it has been opened and nothing was seen. Others are read from their beginning.
   */
  resume: z.string().max(12_000).optional(),
});

export const logAnswer = z.strictObject({
  lines: z.array(logLine),
  notices: z.array(logNotice),
  /** There are more: ask for a stream. */
  truncated: z.boolean().optional(),
});
