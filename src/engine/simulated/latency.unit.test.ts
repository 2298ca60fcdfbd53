import { describe, expect, it } from 'vitest';

import { drawLatency, MEASURED_LATENCIES } from './latency.ts';
import { seededRandom } from './seeded-random.ts';

describe('latencies', () => {
  it('have the percentiles that they are given', () => {
    const random = seededRandom(7);
    const draws = Array.from({ length: 20_000 }, () => drawLatency(MEASURED_LATENCIES.start, random)).sort(
      (a, b) => a - b,
    );
    expect(draws[10_000]).toBeGreaterThan(204);
    expect(draws[10_000]).toBeLessThan(210);
    expect(draws[19_000]).toBeGreaterThan(232);
    expect(draws[19_000]).toBeLessThan(240);
  });

  it('are the same for the same seed, and none where none are given', () => {
    const draws = (seed: number): readonly number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 5 }, () => drawLatency(MEASURED_LATENCIES.start, random));
    };
    expect(draws(1)).toEqual(draws(1));
    expect(draws(1)).not.toEqual(draws(2));
    expect(drawLatency(undefined, seededRandom(1))).toBe(0);
  });
});
