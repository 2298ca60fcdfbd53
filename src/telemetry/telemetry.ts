import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Tracing } from '../tracing/tracing.ts';

/** How a process tells what it does: numbers, traces and lines. The seams are wrapped with it where the process is put together. */
export interface Telemetry {
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly log: Logger;
}

/** Seconds since a `performance.now()`. */
export function secondsSince(begin: number): number {
  return (performance.now() - begin) / 1_000;
}
