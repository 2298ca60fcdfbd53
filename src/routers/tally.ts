import { bucketOf, NO_LATENCIES } from '../routing/latency-histogram.ts';
import type { TrafficSample } from '../routing/router.ts';

/** Whose requests are counted. */
export interface Revision {
  readonly deploymentId: string;
  readonly revision: number;
}

/** Counts by revision until they are taken. */
export interface Tally {
  count(of: Revision, more: { readonly failed: boolean; readonly ms?: number; readonly times?: number }): void;
  take(): readonly TrafficSample[];
}

export function tally(): Tally {
  let sums = new Map<string, TrafficSample>();
  return {
    count({ deploymentId, revision }, { failed, ms, times = 1 }) {
      const key = `${revision}/${deploymentId}`;
      const { requests, errors, latency } = sums.get(key) ?? { requests: 0, errors: 0, latency: NO_LATENCIES };
      const bucket = ms === undefined ? -1 : bucketOf(ms);
      sums.set(key, {
        deploymentId,
        revision,
        requests: requests + times,
        errors: errors + (failed ? times : 0),
        latency: bucket < 0 ? latency : latency.map((count, index) => (index === bucket ? count + times : count)),
      });
    },
    take() {
      const taken = [...sums.values()];
      sums = new Map();
      return taken;
    },
  };
}
