import { loadavg } from 'node:os';

import type { LoadResult } from './load.ts';
import { latencies, median } from './statistics.ts';

/** Says what a run came to, and hands it on. */
export function tell(say: (line: string) => void, side: string, events: number, result: LoadResult): LoadResult {
  const rate = Math.round(result.perSecond * events);
  say(`  ${side} ${rate} events/s, ${latencies(result.latencies)}, load average ${loadavg()[0]?.toFixed(1)}`);
  return result;
}

/** CPU time per event on both sides of the connection, over all runs: the machine's cores divided by it bound the rate. */
export function costOf(runs: readonly LoadResult[], events: number): readonly string[] {
  const own = median(runs.map(({ cpu }) => cpu.own)) / events;
  const postgres = median(runs.map(({ cpu }) => cpu.postgres)) / events;
  return [
    `CPU time per event: ${own.toFixed(1)} us in this process (one core; the callers are in it), ` +
      `${postgres.toFixed(1)} us in PostgreSQL`,
  ];
}
