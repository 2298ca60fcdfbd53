import type { Input } from '../input.ts';
import type { DeploymentSpec } from './events.ts';

/** How often a replica is tried again. */
export function restartOf(input: Input | undefined): DeploymentSpec['restart'] {
  return input && { maxFailures: input.integer('maxFailures', { min: 1, max: 1_000 }) };
}
