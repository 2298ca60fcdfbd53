import type { DeploymentView } from '../../api/contract/deploy-schemas.ts';

/** What a follower knows beside the view. */
export interface Observed {
  /** Whether the planner has looked at the deployment since it was saved; true when nothing was changed. */
  readonly planned: boolean;
  /** Milliseconds since anything changed. */
  readonly quiet: number;
}

/** `pending`: go on waiting. The others are final. */
export type Fate = 'pending' | 'ok' | 'failed' | 'deleted';

/** How long nothing may happen after a save before the status counts as an answer to it. */
export const QUIET = 10_000;

/**
 * How a rollout ends, as soon as it is known. A status from before the save is no answer to it: it counts only once the
 * planner has seen the save, or has had long enough to have nothing to do. A rollout that went back ends when the earlier
 * revision is whole again.
 */
export function fateOf({ deployment, phase, progress, rollback }: DeploymentView, { planned, quiet }: Observed): Fate {
  if (phase !== 'live') return 'deleted';
  if (!planned && quiet < QUIET) return 'pending';
  switch (deployment.status) {
    case 'Pending':
    case 'Deploying':
      return 'pending';
    case 'OK':
      return progress.updated >= progress.desired ? 'ok' : 'pending';
    case 'Error':
      return 'failed';
    case 'Failed':
      return rollback === undefined || rollback.done ? 'failed' : 'pending';
    default:
      return deployment.status satisfies never;
  }
}
