import { isSame } from '../same.ts';
import { DEFAULT_APP } from '../secret/name.ts';
import type { DeploymentSpec } from './events.ts';
import type { DeploymentEvent, DeploymentState } from './evolve.ts';
import { isAskedBySaving } from './source-state.ts';

/**
 * A save that changes nothing is no event, except of a failed deployment, or one that may have used its restart budget up,
 * where it asks for another try, of one that is built from a branch, where it asks what the branch stands for now,
 * and of one that is being deleted, which it brings back. Whether the definition exists is not asked here: without it the deployment fails
 * with that reason, and goes on once somebody has saved the definition and the deployment. `app`: the host of the app in
 * which it is saved; secrets are looked up there. `seed`: of the plan that was reviewed before.
 */
export function decideSaveDeployment(
  state: DeploymentState | undefined,
  spec: DeploymentSpec,
  app?: string,
  seed?: number,
): DeploymentEvent[] {
  const gaveUp = state?.status === 'Failed' || (state?.status === 'Error' && state.spec.restart !== undefined);
  const settled = state?.phase === 'live' && !gaveUp && !isAskedBySaving(state.source, state.status);
  if (settled && isSame(state.spec, spec) && (app === undefined || app === (state.app ?? DEFAULT_APP))) return [];
  const given = { ...(app === undefined ? {} : { app }), ...(seed === undefined ? {} : { seed }) };
  return [{ type: 'DeploymentSaved', data: { deploymentId: spec.id, spec, ...given } }];
}

/** Deleting what does not exist, or is being deleted already, is no event. */
export function decideDeleteDeployment(state: DeploymentState | undefined): DeploymentEvent[] {
  if (state?.phase !== 'live') return [];
  return [{ type: 'DeploymentDeleted', data: { deploymentId: state.id } }];
}
