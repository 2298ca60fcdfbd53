import { z } from 'zod';

import { scalingNumbers } from '../../domain/deployment/scaling.ts';

/** How a deployment scales itself. Times are RFC 3339. */
export const scalingView = z.strictObject({
  min: z.int(),
  max: z.int(),
  /** The live count: the autoscaler's, or the saved one until its first step. */
  current: z.int(),
  /** The autoscaler's latest look, also when it changed nothing. Absent until somebody has looked. */
  looked: z.strictObject({ at: z.string(), sentence: z.string(), numbers: scalingNumbers }).optional(),
  /** Its latest step. Absent before the first. */
  last: z.strictObject({ from: z.int(), to: z.int(), reason: z.string(), at: z.string() }).optional(),
});
export type ScalingView = z.infer<typeof scalingView>;
