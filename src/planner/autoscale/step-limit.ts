/**
 * So many replicas at most after one step up: twice as many, or four more. Kubernetes' default policies for scaling up
 * (HorizontalPodAutoscaler v2, behavior.scaleUp: 100 % or 4 pods, the larger), per step here instead of per 15 s: no step
 * follows another one before the replicas were measured again.
 */
export function stepLimit(current: number): number {
  return Math.max(current * 2, current + 4);
}
