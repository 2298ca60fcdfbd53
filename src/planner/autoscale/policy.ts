import type { DeploymentSpec } from '../../domain/deployment/events.ts';
import { DEFAULT_CPU_PERCENT, scalingBounds, type ScalingBounds } from '../../domain/deployment/scaling-bounds.ts';

/** How a deployment scales itself, with every default resolved. */
export interface ScalingPolicy extends ScalingBounds {
  readonly cpuPercent: number;
  /** Undefined: memory is not looked at. */
  readonly memoryPercent: number | undefined;
  readonly upWindowMs: number;
  readonly downWindowMs: number;
}

/** Kubernetes' defaults (HorizontalPodAutoscaler v2, behavior): up at once, down after 300 s. */
const UP_WINDOW_SECONDS = 0;
const DOWN_WINDOW_SECONDS = 300;

/** Undefined for a deployment that does not scale itself. */
export function policyOf(spec: Pick<DeploymentSpec, 'replicas' | 'autoScaling'>): ScalingPolicy | undefined {
  const bounds = scalingBounds(spec);
  if (bounds === undefined || spec.autoScaling === undefined) return undefined;
  const { cpuThreshold, memoryThreshold, scaleUpWindowSeconds, scaleDownWindowSeconds } = spec.autoScaling;
  return {
    ...bounds,
    cpuPercent: cpuThreshold ?? DEFAULT_CPU_PERCENT,
    memoryPercent: memoryThreshold,
    upWindowMs: (scaleUpWindowSeconds ?? UP_WINDOW_SECONDS) * 1_000,
    downWindowMs: (scaleDownWindowSeconds ?? DOWN_WINDOW_SECONDS) * 1_000,
  };
}
