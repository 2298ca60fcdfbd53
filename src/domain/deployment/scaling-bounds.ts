import type { DeploymentSpec } from './events.ts';

/** Where nobody says how many at most; KEDA's default (ScaledObject, maxReplicaCount). */
const DEFAULT_MAX = 100;

/** Percent of the requested CPU that replicas are kept at where nobody says; Kubernetes' default (HorizontalPodAutoscaler v2, metrics). */
export const DEFAULT_CPU_PERCENT = 80;

/** Between how many replicas a deployment scales itself. */
export interface ScalingBounds {
  readonly min: number;
  readonly max: number;
}

/**
 * The saved bounds; at least 1, and at most 100 (or as many as were saved, if that is more), where they are not given.
 * Undefined for a deployment that does not scale itself.
 */
export function scalingBounds({
  replicas,
  autoScaling,
}: Pick<DeploymentSpec, 'replicas' | 'autoScaling'>): ScalingBounds | undefined {
  if (autoScaling === undefined) return undefined;
  const { minReplicas: min = 1, maxReplicas: max = Math.max(DEFAULT_MAX, replicas, min) } = autoScaling;
  return { min, max };
}

export function within(count: number, { min, max }: ScalingBounds): number {
  return Math.min(Math.max(count, min), max);
}
