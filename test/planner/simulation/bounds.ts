import type { DeploymentState } from '../../../src/domain/deployment/evolve.ts';

/** BlueGreen and Canary put a second set beside the first. */
export function hasTwoSets({ spec }: Pick<DeploymentState, 'spec'>): boolean {
  return spec.strategy?.type === 'BlueGreen' || spec.strategy?.type === 'Canary';
}

/** Kubernetes' rule, written down once more: 25 %, rounded up for surge and down for unavailable, never both 0. */
export function bounds({ spec, scaled }: DeploymentState): { least: number; most: number } {
  const { strategy } = spec;
  const replicas = scaled?.replicas ?? spec.replicas;
  if (strategy?.type === 'Recreate') return { least: 0, most: replicas };
  const surge = strategy?.maxSurge ?? Math.ceil(replicas * 0.25);
  const wanted = strategy?.maxUnavailable ?? Math.floor(replicas * 0.25);
  const unavailable = surge === 0 && Math.min(replicas, wanted) === 0 ? 1 : wanted;
  const least = Math.max(0, replicas - unavailable);
  return { least, most: replicas + surge };
}
