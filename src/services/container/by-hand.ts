import type { NodeState } from '../../domain/node/evolve.ts';
import { Conflict } from '../../domain/problem.ts';
import { type ContainerState, LABEL } from '../../engine/engine.ts';
import { type ContainerDeps, HAND_LABEL } from './ports.ts';

/** Throws Conflict for a container that was not run by hand in this installation: it is somebody else's to stop. */
export function refuseForeign(
  { installationId }: Pick<ContainerDeps, 'installationId'>,
  { name, labels }: ContainerState,
  { id }: NodeState,
): void {
  if (labels[HAND_LABEL.installation] === installationId) return;
  const deployment = labels[LABEL.deployment];
  const whose =
    deployment === undefined
      ? 'was not run by this installation'
      : `is a replica of ${deployment}; change that instead: oo deployment save`;
  throw new Conflict(`container ${name} on node ${id} ${whose}`);
}
