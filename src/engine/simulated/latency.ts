import type { Operation } from './faults.ts';

/** Half of the calls take at most `p50` milliseconds, 95 of 100 at most `p95`. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
}

/** By operation; absent: none. */
export type Latencies = Partial<Readonly<Record<Operation, Latency>>>;

/** As measured at Docker 20.10 on two cores with one call at a time; start includes its port and network set-up. */
export const MEASURED_LATENCIES: Latencies = {
  ping: { p50: 1, p95: 3 },
  info: { p50: 6, p95: 15 },
  capacity: { p50: 6, p95: 15 },
  hasImage: { p50: 2, p95: 5 },
  create: { p50: 30, p95: 60 },
  start: { p50: 207, p95: 236 },
  stop: { p50: 110, p95: 180 },
  remove: { p50: 55, p95: 80 },
  list: { p50: 4, p95: 12 },
  inspect: { p50: 2, p95: 5 },
  stats: { p50: 500, p95: 1_000 },
  pull: { p50: 400, p95: 900 },
  build: { p50: 800, p95: 1_500 },
};

export const NO_LATENCY: Latencies = {};

/** The normal distribution's 95th percentile, in standard deviations. */
const Z95 = 1.6449;

/** One draw in milliseconds from the log-normal distribution that has these percentiles. */
export function drawLatency(latency: Latency | undefined, random: () => number): number {
  if (latency === undefined || latency.p50 <= 0) return 0;
  const sigma = Math.log(latency.p95 / latency.p50) / Z95;
  // Box-Muller; 1 - x keeps the logarithm off zero.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return latency.p50 * Math.exp(sigma * normal);
}
