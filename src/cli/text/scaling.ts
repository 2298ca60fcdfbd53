import type { ScalingView } from '../../api/contract/scaling-schemas.ts';
import { formatSeconds } from './duration.ts';
import { printable } from './table.ts';

/** Older than this, a look of the autoscaler is told with its age: it comes at least once a minute. */
const OLD_MS = 90_000;

/** `4, within 2 and 10: CPU 83 % of 500m over 3 replicas, target 70 %: 4 wanted; scaled 3 -> 4 2m5s ago`. */
export function describeScaling({ min, max, current, looked, last }: ScalingView, now: number): string {
  const bounds = `${current}, within ${min} and ${max}`;
  const age = looked === undefined ? 0 : now - Date.parse(looked.at);
  const thought =
    looked === undefined
      ? 'not measured yet'
      : `${printable(looked.sentence)}${age > OLD_MS ? ` (${formatSeconds(age)} ago; no worker has looked since)` : ''}`;
  const step = last && `scaled ${last.from} -> ${last.to} ${formatSeconds(now - Date.parse(last.at))} ago`;
  return [`${bounds}: ${thought}`, ...(step === undefined ? [] : [step])].join('; ');
}
