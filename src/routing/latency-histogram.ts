/**
 * Upper bounds of the buckets, in milliseconds: four to each doubling from 1 ms, so that what is told of a percentile is off by a
 * fifth at most. The last bucket has no bound. They are stored: a change needs new names for what was counted by the old ones.
 */
export const LATENCY_BOUNDS: readonly number[] = Array.from({ length: 64 }, (_, index) =>
  Number((2 ** (index / 4)).toPrecision(4)),
);

/** Counts by bucket, in the order of LATENCY_BOUNDS, and one more for what took longer than the last bound. */
export type LatencyHistogram = readonly number[];

export const NO_LATENCIES: LatencyHistogram = Array.from({ length: LATENCY_BOUNDS.length + 1 }, () => 0);

/** The bucket that a duration is counted in. */
export function bucketOf(milliseconds: number): number {
  if (!(milliseconds > 1)) return 0;
  // The logarithm finds it up to rounding at the border.
  const guess = Math.min(LATENCY_BOUNDS.length, Math.max(0, Math.ceil(Math.log2(milliseconds) * 4)));
  if (guess > 0 && milliseconds <= boundOf(guess - 1)) return guess - 1;
  return milliseconds <= boundOf(guess) ? guess : guess + 1;
}

/** The counts of both. */
export function merged(one: LatencyHistogram, other: LatencyHistogram): LatencyHistogram {
  return NO_LATENCIES.map((_, index) => (one[index] ?? 0) + (other[index] ?? 0));
}

/**
 * Milliseconds within which that share of the requests was answered: the upper bound of the bucket that the request of that rank
 * is in. Undefined where nothing was counted. `share`: 0.99 for the 99th percentile.
 */
export function percentile(histogram: LatencyHistogram, share: number): number | undefined {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const rank = Math.max(1, Math.ceil(total * share));
  let seen = 0;
  const bucket = histogram.findIndex((count) => (seen += count) >= rank);
  return boundOf(bucket);
}

function boundOf(bucket: number): number {
  return LATENCY_BOUNDS[bucket] ?? Number.POSITIVE_INFINITY;
}
