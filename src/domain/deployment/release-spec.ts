import { z } from 'zod';

/** Asked of every instance of a second set before requests are switched to it. `port` is the container's own; its first where absent. */
export const smokeSpec = z.object({
  path: z.string(),
  port: z.number().int().optional(),
  /** Absent: any from 200 to 399. */
  expectStatus: z.number().int().optional(),
  timeoutSeconds: z.number().int().optional(),
});
export type SmokeSpec = z.infer<typeof smokeSpec>;

/** What a canary is judged by. Absent fields: see `analysisOf`. */
export const analysisSpec = z.object({
  maxErrorPercent: z.number().optional(),
  maxLatencyMs: z.number().int().optional(),
  percentile: z.number().optional(),
  maxRestarts: z.number().int().optional(),
  minRequests: z.number().int().optional(),
  intervalSeconds: z.number().int().optional(),
  /** An instant query of one number; exactly one of `max` and `min`. */
  prometheus: z
    .object({ url: z.string(), query: z.string(), max: z.number().optional(), min: z.number().optional() })
    .optional(),
});
export type AnalysisSpec = z.infer<typeof analysisSpec>;

/** Part of a strategy that puts a second set beside the first. Absent fields: see `courseOf`. */
export const releaseSpec = {
  /** False: nothing goes a step further before somebody promotes it. */
  automatic: z.boolean().optional(),
  smoke: smokeSpec.optional(),
  keepSeconds: z.number().int().optional(),
  steps: z.array(z.object({ weight: z.number().int(), pauseSeconds: z.number().int().optional() })).optional(),
  analysis: analysisSpec.optional(),
} as const;
