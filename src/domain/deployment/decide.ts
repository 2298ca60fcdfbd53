import { isSame } from '../same.ts';
import type { DeploymentSpec } from './events.ts';
import type { DeploymentEvent, DeploymentState } from './evolve.ts';

/**
 * A save that changes nothing is no event, except of a failed deployment, or one that may have used its restart budget up,
 * where it asks for another try, and of one that is being deleted, which it brings back. Whether the definition exists is not asked here: without it the deployment fails
 * with that reason, and goes on once somebody has saved the definition and the deployment.
 */
export function decideSaveDeployment(state: DeploymentState | undefined, spec: DeploymentSpec): DeploymentEvent[] {
  const gaveUp = state?.status === 'Failed' || (state?.status === 'Error' && state.spec.restart !== undefined);
  const settled = state?.phase === 'live' && !gaveUp;
  if (settled && isSame(state.spec, spec)) return [];
  return [{ type: 'DeploymentSaved', data: { deploymentId: spec.id, spec } }];
}

/** Deleting what does not exist, or is being deleted already, is no event. */
export function decideDeleteDeployment(state: DeploymentState | undefined): DeploymentEvent[] {
  if (state?.phase !== 'live') return [];
  return [{ type: 'DeploymentDeleted', data: { deploymentId: state.id } }];
}
