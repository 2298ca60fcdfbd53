import { z } from 'zod';

/** What part of a deployment's requests replicas of one revision get together, in percent. */
export const trafficShare = z.object({ revision: z.number().int(), weight: z.number().int() });
export type TrafficShare = z.infer<typeof trafficShare>;

export const trafficEvents = {
  /**
   * How a deployment's requests are divided between its revisions from now on. Weights are whole percents and sum to 100; a
   * revision that is not named gets none. Without shares nothing divides them any more: every ready replica counts the same.
   */
  TrafficShifted: z.object({
    deploymentId: z.string(),
    shares: z.array(trafficShare),
    /** The step of a canary that this is, from 0. */
    step: z.number().int().optional(),
    reason: z.string(),
  }),
} as const;

/** How a deployment's requests are divided, since when (milliseconds since the epoch). */
export interface TrafficState {
  readonly shares: readonly TrafficShare[];
  readonly step?: number | undefined;
  readonly at: number;
}

/** `revision 1 90 %, revision 2 10 %`; what is said of an even division where nothing divides it. */
export function sharesText(shares: readonly TrafficShare[]): string {
  if (shares.length === 0) return 'evenly over all ready replicas';
  return shares.map(({ revision, weight }) => `revision ${revision} ${weight} %`).join(', ');
}
