import type { Input } from '../input.ts';
import type { Problem } from '../problem.ts';
import type { DeploymentSpec } from './events.ts';
import { MAX_REPLICAS } from './parse-count.ts';

const PERCENT = { min: 1, max: 100 };
/** As in Kubernetes (HorizontalPodAutoscaler v2, stabilizationWindowSeconds). */
const WINDOW_SECONDS = { min: 0, max: 3_600 };

/** Between how many replicas, by what, and how patiently. */
export function autoScalingOf(input: Input | undefined): DeploymentSpec['autoScaling'] {
  if (input === undefined) return undefined;
  const bounds = { min: 1, max: MAX_REPLICAS };
  const minReplicas = input.integer('minReplicas', bounds);
  const maxReplicas = input.integer('maxReplicas', bounds);
  if (minReplicas !== undefined && maxReplicas !== undefined && minReplicas > maxReplicas) {
    input.problem('minReplicas', `is ${minReplicas}, above maxReplicas ${maxReplicas}`, `at most ${maxReplicas}`);
  }
  return {
    minReplicas,
    maxReplicas,
    cpuThreshold: input.integer('cpuThreshold', PERCENT),
    memoryThreshold: input.integer('memoryThreshold', PERCENT),
    scaleUpWindowSeconds: input.integer('scaleUpWindowSeconds', WINDOW_SECONDS),
    scaleDownWindowSeconds: input.integer('scaleDownWindowSeconds', WINDOW_SECONDS),
  };
}

/**
 * A threshold of memory is a percentage of what a replica requests: why it could not be measured, if so. Without a request
 * of CPU the bounds hold and nothing is measured, which the contract's clients may send: the view says so.
 */
export function unmeasurable({ autoScaling, resources }: DeploymentSpec): Problem | undefined {
  if (autoScaling?.memoryThreshold === undefined || resources?.memory !== undefined) return undefined;
  const message = `is ${autoScaling.memoryThreshold} % of resources.memory, which is not set`;
  return { field: 'autoScaling.memoryThreshold', message, hint: 'resources: { memory: "256Mi" }' };
}
