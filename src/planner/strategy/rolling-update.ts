import { byExpendability, isReady, reasonToGo, type Census } from './census.ts';
import type { Limits } from './limits.ts';
import type { Steps } from './steps.ts';

/**
 * New replicas beside old ones: never fewer than `replicas - maxUnavailable` ready through our doing, never more than
 * `replicas + maxSurge` in all. Old replicas that are not ready count for nothing and go first, so a broken old
 * version cannot block its fix.
 */
export function rollingUpdate(census: Census, replicas: number, limits: Limits): Steps {
  const { current, old, total } = census;
  const { maxUnavailable, maxSurge } = limits;
  const surplus = current.toSorted(byExpendability).slice(0, Math.max(0, current.length - replicas));
  const brokenOld = old.filter((replica) => !isReady(replica));
  const leaving = [
    ...brokenOld.map((replica) => ({ replica, reason: `${reasonToGo(census, replica)} and not ready` })),
    ...surplus
      .filter((replica) => !isReady(replica))
      .map((replica) => ({ replica, reason: `one of more than ${replicas}` })),
  ];
  const ready = [...current, ...old].filter(isReady);
  const spare = ready.length - Math.max(0, replicas - maxUnavailable);
  const expendable = [
    ...old
      .filter(isReady)
      .toSorted(byExpendability)
      .map((replica) => ({ replica, reason: reasonToGo(census, replica) })),
    ...surplus.filter(isReady).map((replica) => ({ replica, reason: `one of more than ${replicas}` })),
  ];
  const stop = [...leaving, ...expendable.slice(0, Math.max(0, spare))];
  const missing = Math.max(0, replicas - current.length);
  const room = Math.max(0, replicas + maxSurge - total);
  const start = Math.min(missing, room);
  const kept = expendable.length - Math.max(0, Math.min(spare, expendable.length));
  const report = [
    ...(kept > 0
      ? [
          `${kept} ready ${kept === 1 ? 'replica stays' : 'replicas stay'} until others are ready: at least ${replicas - maxUnavailable} of ${replicas} must be`,
        ]
      : []),
    ...(missing > start
      ? [
          `${missing - start} more ${missing - start === 1 ? 'replica waits' : 'replicas wait'} for room: ${total} exist, at most ${replicas + maxSurge} may`,
        ]
      : []),
  ];
  return { stop, start, retry: true, report };
}
