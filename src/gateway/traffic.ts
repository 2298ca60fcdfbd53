import { bucketOf, NO_LATENCIES } from '../routing/latency-histogram.ts';
import type { InFlight, TrafficSample } from '../routing/router.ts';
import { backendKey, type Backend } from '../routing/table.ts';

/** One attempt at a replica that is under way. */
export interface Attempt {
  /** Once. `failed`: it was answered with 500 or above, or not at all. `counts`: false where the caller left. */
  end(outcome: { readonly failed: boolean; readonly counts?: boolean }): void;
}

/** What is under way, and what was answered since somebody asked last. */
export interface Traffic {
  begin(deploymentId: string, backend: Backend): Attempt;
  at(key: string): number;
  inFlight(): InFlight;
  take(): readonly TrafficSample[];
}

interface Counted {
  requests: number;
  errors: number;
  readonly latency: number[];
}

/** `ended`: told of each attempt that is over, with the key of its replica. */
export function trafficCounter(ended: (key: string) => void): Traffic {
  const inFlight = new Map<string, number>();
  let counted = new Map<string, Map<number, Counted>>();
  const count = (deploymentId: string, revision: number, ms: number, failed: boolean): void => {
    const own = counted.get(deploymentId) ?? new Map<number, Counted>();
    counted.set(deploymentId, own);
    const sums = own.get(revision) ?? { requests: 0, errors: 0, latency: [...NO_LATENCIES] };
    own.set(revision, sums);
    sums.requests += 1;
    if (failed) sums.errors += 1;
    const bucket = bucketOf(ms);
    sums.latency[bucket] = (sums.latency[bucket] ?? 0) + 1;
  };
  return {
    begin(deploymentId, backend) {
      const key = backendKey(backend);
      const from = performance.now();
      inFlight.set(key, (inFlight.get(key) ?? 0) + 1);
      let over = false;
      return {
        end({ failed, counts = true }) {
          if (over) return;
          over = true;
          const left = (inFlight.get(key) ?? 1) - 1;
          if (left === 0) inFlight.delete(key);
          else inFlight.set(key, left);
          if (counts) count(deploymentId, backend.revision, performance.now() - from, failed);
          ended(key);
        },
      };
    },
    at: (key) => inFlight.get(key) ?? 0,
    inFlight: () => new Map(inFlight),
    take() {
      const taken = counted;
      counted = new Map();
      return [...taken].flatMap(([deploymentId, own]) =>
        [...own].map(([revision, sums]) => ({ deploymentId, revision, ...sums })),
      );
    },
  };
}
