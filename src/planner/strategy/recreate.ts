import { byExpendability, reasonToGo, type Census } from './census.ts';
import type { Steps } from './steps.ts';

/** All old replicas out before the first new one starts: for services that need exclusive access. */
export function recreate(census: Census, replicas: number): Steps {
  const { current, old, stopping } = census;
  const surplus = current.toSorted(byExpendability).slice(0, Math.max(0, current.length - replicas));
  const stop = [
    ...old.map((replica) => ({ replica, reason: `${reasonToGo(census, replica)} (Recreate)` })),
    ...surplus.map((replica) => ({ replica, reason: `one of more than ${replicas}` })),
  ];
  const inTheWay = old.length + stopping.length + surplus.length;
  const missing = Math.max(0, replicas - current.length);
  if (inTheWay === 0) return { stop, start: missing, retry: true, report: [] };
  const waiting =
    missing + current.filter((replica) => replica.status === 'Failed' && !surplus.includes(replica)).length;
  const report =
    waiting === 0
      ? []
      : [
          `${waiting} ${waiting === 1 ? 'replica starts' : 'replicas start'} when ${inTheWay} earlier ones have stopped (Recreate)`,
        ];
  return { stop, start: 0, retry: false, report };
}
