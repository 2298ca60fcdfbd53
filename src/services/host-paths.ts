import { hostPathProblems } from '../domain/container/host-path.ts';
import type { Volume } from '../domain/container/settings.ts';
import { InvalidInput } from '../domain/problem.ts';

/** Throws InvalidInput for volumes that are paths of the node which the operator has not allowed. */
export function refuseHostPaths(volumes: readonly Volume[] | undefined, allowed: readonly string[]): void {
  const problems = hostPathProblems(volumes, allowed);
  if (problems.length > 0) throw new InvalidInput(problems);
}
