import type { EventOf } from '../event.ts';
import type { TrafficState } from './traffic.ts';

/** What a deployment's stream tells of its rollouts. Every part is absent until something has been said of it. */
export interface RolloutState {
  /** The last revision that was OK: what a failed rollout goes back to. */
  readonly stable?: number | undefined;
  /** The rollout of the latest revision went back; over with the next revision, or the next save. */
  readonly rollback?: Rollback | undefined;
  readonly paused?: Paused | undefined;
  /** The most replicas of the latest revision that were ready at once, and since when (milliseconds since the epoch). */
  readonly progress?: { readonly ready: number; readonly at: number } | undefined;
  /** Somebody wants a new revision from the same template. */
  readonly restart?: { readonly now: boolean } | undefined;
  /** Somebody let the release of the latest revision go on from a step, or to its end. */
  readonly promoted?: Promoted | undefined;
  /** What was measured of the present step. */
  readonly analysed?: Analysed | undefined;
}

/** `step` absent: before the first. `at`: milliseconds since the epoch. */
export type Promoted = Pick<EventOf<'RolloutPromoted'>['data'], 'step' | 'full'> & { readonly at: number };

/** `at`: milliseconds since the epoch. */
export type Analysed = Omit<EventOf<'RolloutAnalysed'>['data'], 'deploymentId'> & { readonly at: number };

export type Rollback = Omit<EventOf<'RolloutFailed'>['data'], 'deploymentId'>;

export interface Paused {
  readonly by: string;
  readonly reason?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** `revision 3 failed: its reason; rolled back to revision 2`. The reason comes first: tables show only the beginning. */
export function rollbackText({ revision, backTo, reason, by }: Rollback): string {
  const aborted = `revision ${revision} was aborted by ${by}${reason === '' ? '' : `: ${reason}`}`;
  return `${by === 'planner' ? `revision ${revision} failed: ${reason}` : aborted}; rolled back to revision ${backTo}`;
}

/** Nothing is left of earlier rollouts: the deployment was deleted. */
export const NO_ROLLOUT: RolloutState = {
  stable: undefined,
  rollback: undefined,
  paused: undefined,
  progress: undefined,
  restart: undefined,
  promoted: undefined,
  analysed: undefined,
};

/**
 * What the next revision goes back to: the one that all requests go to, although it is still watched, else the last one that
 * was OK.
 */
export function foundationOf({
  revision,
  stable,
  rollback,
  traffic,
}: RolloutState & { readonly revision: number; readonly traffic?: TrafficState | undefined }): number | undefined {
  const [all, ...others] = traffic?.shares ?? [];
  const whole = others.length === 0 && all?.revision === revision && rollback === undefined;
  return whole ? revision : stable;
}

/** A new revision begins. `at`: milliseconds since the epoch, here and below. */
export function begun(at: number): RolloutState {
  return {
    rollback: undefined,
    restart: undefined,
    progress: { ready: 0, at },
    promoted: undefined,
    analysed: undefined,
  };
}

/** A revision that is OK is what the next ones go back to; a further replica that is ready starts the deadline anew. */
export function judged(
  { stable, progress }: RolloutState,
  { status, ready }: EventOf<'DeploymentStatusChanged'>['data'],
  { revision, at }: { readonly revision: number; readonly at: number },
): RolloutState {
  return {
    stable: status === 'OK' ? revision : stable,
    progress: ready !== undefined && ready > (progress?.ready ?? 0) ? { ready, at } : progress,
  };
}

export function wentBack({ revision, backTo, reason, by }: EventOf<'RolloutFailed'>['data']): RolloutState {
  const over = { paused: undefined, restart: undefined, promoted: undefined, analysed: undefined };
  return { rollback: { revision, backTo, reason, by }, ...over };
}

/** Goes on; the time of the pause does not count, neither for the deadline nor for how long a step is looked at. */
export function resumed<State extends RolloutState & { readonly traffic?: TrafficState | undefined }>(
  { paused, progress, traffic, promoted, analysed }: State,
  at: number,
): RolloutState & { readonly traffic?: TrafficState | undefined } {
  if (paused === undefined) return { paused: undefined };
  const later = <Dated extends { readonly at: number }>(dated: Dated): Dated => {
    return { ...dated, at: at - Math.max(0, paused.at - dated.at) };
  };
  return {
    paused: undefined,
    ...(progress && { progress: later(progress) }),
    ...(traffic && { traffic: later(traffic) }),
    ...(promoted && { promoted: later(promoted) }),
    ...(analysed && { analysed: later(analysed) }),
  };
}
