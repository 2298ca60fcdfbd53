import { z } from 'zod';

import type { Input } from '../input.ts';

/** How long a replica that goes is given, as deployments and definitions say it. */
export const partingSpec = {
  /** Seconds for the requests that it still has, from its leaving the routing on. */
  drainSeconds: z.number().int().optional(),
  /** Seconds from SIGTERM to SIGKILL. */
  graceSeconds: z.number().int().optional(),
};

export const DRAIN_SECONDS = { min: 0, max: 3_600, usual: 10 } as const;
/** A job that stops containers may take five minutes. */
export const GRACE_SECONDS = { min: 0, max: 240, usual: 10 } as const;

export type PartingSpec = z.infer<z.ZodObject<typeof partingSpec>>;

/** Both times. Problems are noted where they are. */
export function partingOf(input: Input): PartingSpec {
  return {
    drainSeconds: input.integer('drainSeconds', DRAIN_SECONDS),
    graceSeconds: input.integer('graceSeconds', GRACE_SECONDS),
  };
}
