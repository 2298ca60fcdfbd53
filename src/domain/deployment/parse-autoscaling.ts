import type { Input } from '../input.ts';
import type { DeploymentSpec } from './events.ts';
import { MAX_REPLICAS } from './parse-count.ts';

/** Between how many replicas, and by what. */
export function autoScalingOf(input: Input | undefined): DeploymentSpec['autoScaling'] {
  if (input === undefined) return undefined;
  const bounds = { min: 1, max: MAX_REPLICAS };
  const minReplicas = input.integer('minReplicas', bounds);
  const maxReplicas = input.integer('maxReplicas', bounds);
  if (minReplicas !== undefined && maxReplicas !== undefined && minReplicas > maxReplicas) {
    input.problem('minReplicas', `is ${minReplicas}, above maxReplicas ${maxReplicas}`, `at most ${maxReplicas}`);
  }
  return { minReplicas, maxReplicas, cpuThreshold: input.integer('cpuThreshold', { min: 1, max: 100 }) };
}
