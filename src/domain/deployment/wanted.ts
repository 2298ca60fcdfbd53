import type { DeploymentSpec } from './events.ts';

/** How many replicas are wanted: the saved count, kept within the bounds of autoscaling where there are any. */
export function wantedReplicas({ replicas, autoScaling }: Pick<DeploymentSpec, 'replicas' | 'autoScaling'>): number {
  const { minReplicas = 0, maxReplicas = Infinity } = autoScaling ?? {};
  return Math.min(Math.max(replicas, minReplicas), maxReplicas);
}
