import { z } from 'zod';

const who = {
  deploymentId: z.string(),
  /** `user/<slug>`. */
  by: z.string(),
  /** In their own words. */
  reason: z.string().optional(),
};

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
} as const;
