import type { DeploymentState } from '../domain/deployment/evolve.ts';
import type { Snapshot } from './snapshot.ts';
import { isReady, type Census } from './strategy/census.ts';
import type { Target } from './target.ts';
import { ERROR_AFTER_FAILURES, failureText } from './verdict.ts';

/** Seconds without a further ready replica after which a rollout has failed, where the deployment does not say. */
export const PROGRESS_DEADLINE_SECONDS = 600;

/** True while a revision is rolled out: it has never been OK. */
export function isRollingOut({ stable, revision }: DeploymentState, target: Target): boolean {
  return target.rollback === undefined && (target.revise.length > 0 || stable !== revision);
}

/** Why a rollout has failed that only keeps trying: a replica that fails again and again, or as often as it may. */
export function crashingOf({ current }: Census, maxFailures = Infinity): string | undefined {
  const many = Math.min(ERROR_AFTER_FAILURES, maxFailures);
  const worst = current
    .filter((replica) => !isReady(replica) && replica.failures >= many)
    .toSorted((left, right) => right.failures - left.failures)[0];
  return worst && `${failureText(worst)}, ${worst.failures} times in a row`;
}

/**
 * When a rollout has gone without progress for too long, milliseconds since the epoch; undefined where nothing rolls out,
 * and where as many have been ready as are wanted. `census`: of the target.
 */
export function deadlineOf(
  { deployment, now }: Pick<Snapshot, 'deployment' | 'now'>,
  target: Target,
  { current }: Census,
  wanted: number,
): number | undefined {
  if (!isRollingOut(deployment, target)) return undefined;
  const { progress } = deployment;
  const ready = current.filter(isReady).length;
  const most = target.revise.length > 0 ? 0 : (progress?.ready ?? 0);
  if (Math.max(ready, most) >= wanted) return undefined;
  const since = target.revise.length > 0 || ready > most ? now : progress?.at;
  return since === undefined ? undefined : since + deadlineSeconds(deployment) * 1_000;
}

/** `no further replica became ready within 600 s` */
export function overdueText(deployment: DeploymentState): string {
  return `no further replica became ready within ${deadlineSeconds(deployment)} s`;
}

/** How long a rollout may be without progress. */
export function deadlineSeconds({ spec }: DeploymentState): number {
  return spec.strategy?.progressDeadlineSeconds ?? PROGRESS_DEADLINE_SECONDS;
}
