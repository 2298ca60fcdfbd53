import type { Paused } from '../domain/deployment/rollout-state.ts';
import type { DeploymentStatus } from '../domain/deployment/events.ts';
import { sharesText, type TrafficState } from '../domain/deployment/traffic.ts';
import { isReady, type Census } from './strategy/census.ts';
import type { Target } from './target.ts';
import { hopelessOf, verdictOf, type Verdict } from './verdict.ts';

/** `paused by user/x: the canary is watched` */
export function pauseText({ by, reason }: Paused): string {
  return `paused by ${by}${reason === undefined ? '' : `: ${reason}`}`;
}

/** How a rollout stands that somebody paused: never OK, as it is not through. `census`: of all revisions. */
export function verdictPaused(
  paused: Paused,
  target: Target,
  {
    census,
    wanted,
    unplaced,
    traffic,
  }: { census: Census; wanted: number; unplaced: readonly string[]; traffic?: TrafficState | undefined },
): Verdict {
  const { current, stopping } = census;
  const { status, details } = verdictOf(census, wanted, unplaced);
  const failing = hopelessOf(census) ?? (status === 'Error' ? details : undefined);
  const ready = current.filter(isReady);
  const updated = ready.filter(({ revision }) => revision === target.revision).length;
  const parts = [
    ...(failing === undefined ? [] : [failing]),
    pauseText(paused),
    ...unplaced,
    target.revise.length > 0
      ? `${ready.length}/${wanted} ready; revision ${target.revision} waits`
      : `${updated}/${wanted} ready${ready.length > updated ? ` beside ${ready.length - updated} of other revisions` : ''}`,
    ...(traffic === undefined ? [] : [`requests: ${sharesText(traffic.shares)}`]),
    ...(stopping.length > 0 ? [`${stopping.length} stopping`] : []),
  ];
  const next: DeploymentStatus = failing === undefined ? 'Deploying' : 'Error';
  return { status: next, details: parts.join('; ') };
}
