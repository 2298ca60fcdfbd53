import { z } from 'zod';

/** The body of every answer from 400 on. `error` is one line for people; the rest is for programs. */
export const errorBody = z.object({
  error: z.string(),
  problems: z.array(z.object({ field: z.string(), message: z.string(), hint: z.string().optional() })).optional(),
  /** The id to quote; the server's log has more under it. */
  correlationId: z.string().optional(),
});
export type ErrorBody = z.infer<typeof errorBody>;
