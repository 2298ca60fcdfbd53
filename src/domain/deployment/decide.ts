import { isSame } from '../same.ts';
import { DEFAULT_APP } from '../secret/name.ts';
import type { DeploymentSpec } from './events.ts';
import type { DeploymentEvent, DeploymentState } from './evolve.ts';
import { isAskedBySaving } from './source-state.ts';

/** What is said with a save, beside what is wanted. */
export interface Said {
  /** The host of the app in which it is saved; secrets are looked up there. */
  readonly app?: string | undefined;
  /** Why, in the caller's own words. */
  readonly reason?: string | undefined;
  /** Of the plan that was reviewed before. */
  readonly seed?: number | undefined;
}

/**
 * A save that changes nothing is no event, except of a failed deployment, or one that may have used its restart budget up,
 * where it asks for another try, of one that is built from a branch, where it asks what the branch stands for now,
 * of one that went back to a revision, where it ends that, and of one that is being deleted, which it brings back. Whether the definition exists is not asked here: without it the deployment fails
 * with that reason, and goes on once somebody has saved the definition and the deployment.
 */
export function decideSaveDeployment(
  state: DeploymentState | undefined,
  spec: DeploymentSpec,
  { app, reason, seed }: Said = {},
): DeploymentEvent[] {
  const gaveUp = state?.status === 'Failed' || (state?.status === 'Error' && state.spec.restart !== undefined);
  const pinned = state?.pinned !== undefined;
  const settled = state?.phase === 'live' && !gaveUp && !pinned && !isAskedBySaving(state.source, state.status);
  if (settled && isSame(state.spec, spec) && (app === undefined || app === (state.app ?? DEFAULT_APP))) return [];
  const given = {
    ...(app === undefined ? {} : { app }),
    ...(reason === undefined ? {} : { reason }),
    ...(seed === undefined ? {} : { seed }),
  };
  return [{ type: 'DeploymentSaved', data: { deploymentId: spec.id, spec, ...given } }];
}

/** Deleting what does not exist, or is being deleted already, is no event. */
export function decideDeleteDeployment(state: DeploymentState | undefined): DeploymentEvent[] {
  if (state?.phase !== 'live') return [];
  return [{ type: 'DeploymentDeleted', data: { deploymentId: state.id } }];
}
