import type { DeploymentSpec } from '../../domain/deployment/events.ts';
import { wantedReplicas, type Sized } from '../../domain/deployment/wanted.ts';

/** How far a rolling update may go below and above the wanted count. */
export interface Limits {
  readonly maxUnavailable: number;
  readonly maxSurge: number;
}

/**
 * The deployment's own numbers, else 25 % of its replicas: unavailable rounded down, surge rounded up, and one
 * unavailable where both would be 0, as Kubernetes resolves them (pkg/controller/deployment/util, ResolveFenceposts).
 */
export function limitsOf(deployment: Sized & { readonly spec: Pick<DeploymentSpec, 'strategy'> }): Limits {
  const { strategy } = deployment.spec;
  const replicas = wantedReplicas(deployment);
  const maxSurge = strategy?.maxSurge ?? Math.ceil(replicas / 4);
  const maxUnavailable = Math.min(replicas, strategy?.maxUnavailable ?? Math.floor(replicas / 4));
  return maxUnavailable === 0 && maxSurge === 0 ? { maxUnavailable: 1, maxSurge } : { maxUnavailable, maxSurge };
}
