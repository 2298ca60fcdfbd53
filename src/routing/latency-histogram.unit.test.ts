import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  bucketOf,
  LATENCY_BOUNDS,
  merged,
  NO_LATENCIES,
  percentile,
  type LatencyHistogram,
} from './latency-histogram.ts';

function counted(durations: readonly number[]): LatencyHistogram {
  const counts = [...NO_LATENCIES];
  for (const each of durations) counts[bucketOf(each)] = (counts[bucketOf(each)] ?? 0) + 1;
  return counts;
}

const duration = fc.oneof(
  fc.double({ min: 0, max: 50_000, noNaN: true }),
  fc.constantFrom(...LATENCY_BOUNDS).filter((bound) => bound < 50_000),
);

test('a duration is counted in the first bucket whose bound it does not exceed', () => {
  fc.assert(
    fc.property(duration, (milliseconds) => {
      expect(bucketOf(milliseconds)).toBe(LATENCY_BOUNDS.findIndex((bound) => milliseconds <= bound));
    }),
  );
  expect(bucketOf(10 ** 9)).toBe(LATENCY_BOUNDS.length);
});

test('a percentile is never less than the true one, and at most a fifth more', () => {
  fc.assert(
    fc.property(
      fc.array(duration, { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (all, share) => {
        const truly = all.toSorted((a, b) => a - b)[Math.ceil(all.length * share) - 1] ?? 0;
        const told = percentile(counted(all), share) ?? 0;
        expect(told).toBeGreaterThanOrEqual(truly);
        expect(told).toBeLessThanOrEqual(Math.max(1, truly * 1.2));
      },
    ),
  );
});

test('counts of two routers are counts of both; nothing has no percentile, and what exceeds every bound has no number', () => {
  expect(merged(counted([1, 5]), counted([5, 70]))).toEqual(counted([1, 5, 5, 70]));
  expect(percentile(NO_LATENCIES, 0.99)).toBeUndefined();
  expect(percentile(counted([10 ** 9]), 0.99)).toBe(Number.POSITIVE_INFINITY);
});
