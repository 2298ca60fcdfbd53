import type { DeploymentSpec } from './events.ts';
import type { Scaled } from './scaling.ts';
import { scalingBounds, within } from './scaling-bounds.ts';

/** The part of a deployment's state that says how many replicas are wanted. */
export interface Sized {
  readonly spec: Pick<DeploymentSpec, 'replicas' | 'autoScaling'>;
  readonly scaled?: Scaled | undefined;
}

/**
 * How many replicas are wanted: the saved count. Of a deployment that scales itself, the autoscaler's count once it has
 * made its first step (`replicas` is the first size), kept within the bounds.
 */
export function wantedReplicas({ spec, scaled }: Sized): number {
  const bounds = scalingBounds(spec);
  return bounds === undefined ? spec.replicas : within(scaled?.replicas ?? spec.replicas, bounds);
}
