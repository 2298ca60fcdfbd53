import { setTimeout as sleep } from 'node:timers/promises';

import type { ContainerStats } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { DockerApi } from './docker-api.ts';
import { isNotFound, translate } from './failure.ts';

/** What one reading of the engine's counters tells. */
interface Reading {
  /** The engine's clock, milliseconds. */
  readonly at: number;
  /** CPU time used since the container's start, nanoseconds. */
  readonly cpuNanos: number;
  readonly memoryBytes: number;
}

/** Readings by container id: the engine's next one is compared with them. */
export type Readings = Map<string, Reading>;

/** Over less time the counters' own granularity shows. */
const SHORTEST_SPAN_MS = 250;
/** Older readings say what was, not what is. */
const LONGEST_SPAN_MS = 120_000;

/**
 * See `Engine.stats`. The readings are the engine's one-shot ones, compared here: asked for a rate, the engine
 * itself takes two readings a second apart in every call. Only the first sample of a container has to wait for a second one.
 */
export function sampleStats(
  api: DockerApi,
  readings: Readings,
  id: string,
  signal?: AbortSignal,
): Promise<ContainerStats> {
  const operation = `sample container ${id} on ${api.url}`;
  const work = async (): Promise<ContainerStats> => {
    let reading = await read(api, id, signal);
    if (reading === undefined) {
      readings.delete(id);
      return { cpuMillis: 0, memoryBytes: 0 };
    }
    let previous = readings.get(id);
    if (previous === undefined || !comparable(previous, reading)) {
      previous = reading;
      await sleep(2 * SHORTEST_SPAN_MS, undefined, { signal });
      reading = (await read(api, id, signal)) ?? previous;
    }
    // A second caller within the span gets the rate since the same earlier reading.
    if (reading.at - previous.at >= SHORTEST_SPAN_MS) readings.set(id, reading);
    return { cpuMillis: cpuMillis(previous, reading), memoryBytes: reading.memoryBytes };
  };
  return translate(operation, signal, work, (failure) => {
    if (!isNotFound(failure)) return undefined;
    readings.delete(id);
    return 'not-found';
  });
}

function comparable(previous: Reading, reading: Reading): boolean {
  const span = reading.at - previous.at;
  // The counter starts anew when the container does.
  return span >= SHORTEST_SPAN_MS && span <= LONGEST_SPAN_MS && reading.cpuNanos >= previous.cpuNanos;
}

function cpuMillis(previous: Reading, reading: Reading): number {
  const span = reading.at - previous.at;
  return span <= 0 ? 0 : Math.max(0, Math.round((reading.cpuNanos - previous.cpuNanos) / 1_000 / span));
}

interface StatsAnswer {
  readonly read: string;
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  readonly memory_stats?: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> };
}

/** Undefined when the container does not run. */
async function read(api: DockerApi, id: string, signal?: AbortSignal): Promise<Reading | undefined> {
  const query = { stream: false, 'one-shot': true };
  const request = { method: 'GET', path: `/containers/${encodeURIComponent(id)}/stats`, query } as const;
  // Engines answer on the tick of their collector, up to a second later: that waits without loading them.
  const answer = (await api.call(request, { signal, deadline: api.deadlines.read, unqueued: true })) as
    | StatsAnswer
    | undefined;
  if (answer === undefined) throw new EngineError('refused', `sample container ${id} on ${api.url}: empty answer`);
  const { usage, stats = {} } = answer.memory_stats ?? {};
  if (usage === undefined) return undefined;
  // The page cache can be dropped at any time (cgroup v1 and v2 name it differently).
  const cache = stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0;
  return {
    at: Date.parse(answer.read),
    cpuNanos: answer.cpu_stats?.cpu_usage?.total_usage ?? 0,
    memoryBytes: Math.max(0, usage - cache),
  };
}
