/** Entries in the list of a deployment's upstreams at most, but for one more for each that would have none. */
export const MOST_ENTRIES = 1_000;
/** Off by so much of the whole is as good as exact. */
const CLOSE = 0.001;

export interface Shares {
  /** How often each is in the list. */
  readonly counts: readonly number[];
  /** By how much of the whole the share that is furthest off differs from what was asked. */
  readonly error: number;
}

/**
 * How often each is repeated for shares in the proportion of these weights: in the smallest whole numbers that are off by a thousandth at
 * most, else in those within the bound that are off least. What has a weight is there, what has none is not.
 */
export function sharesOf(weights: readonly number[], most: number = MOST_ENTRIES): Shares {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const least = weights.filter((weight) => weight > 0).length;
  let best: Shares = { counts: weights.map((weight) => (weight > 0 ? 1 : 0)), error: 1 };
  if (total === 0) return { ...best, error: 0 };
  for (let size = least; size <= Math.max(least, most); size += 1) {
    const shares = rounded(weights, total, size);
    if (shares.error < best.error) best = shares;
    if (best.error <= CLOSE) break;
  }
  return best;
}

/** Rounded by the largest remainders, so that they sum to `size`; unless what must not be nothing needs more. */
function rounded(weights: readonly number[], total: number, size: number): Shares {
  const exact = weights.map((weight) => (weight / total) * size);
  const counts = exact.map((count, index) => Math.max((weights[index] ?? 0) > 0 ? 1 : 0, Math.floor(count)));
  let left = size - counts.reduce((sum, count) => sum + count, 0);
  const byRemainder = exact
    .map((count, index) => ({ index, remainder: count - Math.floor(count), below: count >= 1 }))
    .filter(({ below }) => below)
    .toSorted((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder) {
    if (left <= 0) break;
    counts[index] = (counts[index] ?? 0) + 1;
    left -= 1;
  }
  const sum = counts.reduce((one, other) => one + other, 0);
  const error = Math.max(...counts.map((count, index) => Math.abs(count / sum - (weights[index] ?? 0) / total)));
  return { counts, error };
}

/** The indices in an order in which each comes as evenly as its count allows (smooth weighted round robin). */
export function interleaved(counts: readonly number[]): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const credits = counts.map(() => 0);
  return Array.from({ length: total }, () => {
    let best = 0;
    for (const [index, count] of counts.entries()) {
      credits[index] = (credits[index] ?? 0) + count;
      if ((credits[index] ?? 0) > (credits[best] ?? 0)) best = index;
    }
    credits[best] = (credits[best] ?? 0) - total;
    return best;
  });
}
