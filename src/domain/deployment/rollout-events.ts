import { z } from 'zod';

const who = {
  deploymentId: z.string(),
  /** `user/<slug>`. */
  by: z.string(),
  /** In their own words. */
  reason: z.string().optional(),
};

/** `inconclusive`: neither, for want of requests or of an answer. */
export const VERDICTS = ['passed', 'failed', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What befalls a rollout beside its steps. */
export const rolloutEvents = {
  /** The rollout of the latest revision goes back to an earlier one, which is looked after from now on. */
  RolloutFailed: z.object({
    deploymentId: z.string(),
    revision: z.number().int(),
    /** The last revision that was OK. */
    backTo: z.number().int(),
    /** Why; empty when somebody aborted it without a word. */
    reason: z.string(),
    /** `planner`, or `user/<slug>` who aborted it. */
    by: z.string(),
  }),
  /** Somebody stopped it where it is: what runs is looked after, nothing else is started or stopped for it. */
  RolloutPaused: z.object(who),
  RolloutResumed: z.object(who),
  /** Somebody wants every container anew. `now`: all at once, whatever the limits say. */
  RolloutRestarted: z.object({ ...who, now: z.boolean() }),
  /** Somebody let the release of the latest revision go a step further, or, with `full`, to its end. */
  RolloutPromoted: z.object({
    ...who,
    revision: z.number().int(),
    /** The step that it is let go from; absent before the first. */
    step: z.number().int().optional(),
    full: z.boolean(),
  }),
  /** What was measured of a canary since a step began, where that decides something. */
  RolloutAnalysed: z.object({
    deploymentId: z.string(),
    revision: z.number().int(),
    step: z.number().int(),
    verdict: z.enum(VERDICTS),
    requests: z.number().int(),
    errors: z.number().int(),
    /** Absent: there was no request. */
    errorPercent: z.number().optional(),
    /** At the percentile; absent: there was no request, or nobody asked for it. */
    latencyMs: z.number().optional(),
    percentile: z.number().optional(),
    restarts: z.number().int(),
    /** What Prometheus answered. */
    metric: z.number().optional(),
    /** The number that failed, or what is still missing. */
    reason: z.string(),
  }),
} as const;
