import { z } from 'zod';

/** What one signal of the autoscaler said. CPU in thousandths of a core, memory in bytes. */
export const signalReading = z.object({
  signal: z.enum(['cpu', 'memory']),
  /** Average over the measured replicas, percent of what they requested. */
  usagePercent: z.number(),
  targetPercent: z.number().int(),
  /** What one replica requests. */
  requested: z.number().int(),
  ready: z.number().int(),
  starting: z.number().int(),
  /** Ready ones without a fresh sample. */
  missing: z.number().int(),
  /** Usage over target once starting and missing ones are counted in. */
  ratio: z.number(),
  /** What the ratio alone asks for. */
  raw: z.number().int(),
  /** What is left of it after the tolerance. */
  desired: z.number().int(),
});
export type SignalReading = z.infer<typeof signalReading>;

/** Every number of one decision of the autoscaler, in the order in which they follow from each other. */
export const scalingNumbers = z.object({
  current: z.number().int(),
  signals: z.array(signalReading),
  /** The larger of the signals. */
  recommended: z.number().int(),
  lowestInUpWindow: z.number().int(),
  highestInDownWindow: z.number().int(),
  afterWindow: z.number().int(),
  /** At most so many after one step up. */
  stepLimit: z.number().int(),
  min: z.number().int(),
  max: z.number().int(),
  wanted: z.number().int(),
});
export type ScalingNumbers = z.infer<typeof scalingNumbers>;

/** The count of a deployment was changed by somebody other than who saves it. */
export const deploymentScaled = z.object({
  deploymentId: z.string(),
  by: z.enum(['autoscaler']),
  from: z.number().int(),
  to: z.number().int(),
  reason: z.string(),
  /** Milliseconds since the epoch. */
  now: z.number().int(),
  numbers: scalingNumbers,
});
type DeploymentScaled = z.infer<typeof deploymentScaled>;

/** The live count: it wins over the saved `replicas` as long as the deployment scales itself. */
export interface Scaled {
  readonly replicas: number;
  /** Changes so far: a measurement taken under an earlier count says nothing about this one. */
  readonly steps: number;
  readonly last: { readonly from: number; readonly to: number; readonly reason: string; readonly at: number };
}

/** One change of the live count further. */
export function scaledBy(before: Scaled | undefined, { from, to, reason, now }: DeploymentScaled): Scaled {
  return { replicas: to, steps: (before?.steps ?? 0) + 1, last: { from, to, reason, at: now } };
}
