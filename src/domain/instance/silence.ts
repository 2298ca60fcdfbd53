import { Conflict } from '../problem.ts';
import type { InstanceEvent, InstanceState } from './evolve.ts';

/** Intervals that a service may be silent for. */
const INTERVALS = 3;
/** How much longer before it counts as gone altogether. */
const GONE_FACTOR = 3;
/** No silence that is shorter than this says anything, in milliseconds. */
export const LEAST_SILENCE_MS = 30_000;

/** How long a service that has sent heartbeats has been silent. Milliseconds. */
export interface Silence {
  readonly silentMs: number;
  /** Usual time between two of its heartbeats. */
  readonly intervalMs: number;
}

/** What a silence means; undefined while it is nothing unusual: three intervals, and at least `leastMs`, are. */
export function standingOf(
  { silentMs, intervalMs }: Silence,
  leastMs: number = LEAST_SILENCE_MS,
): 'Degraded' | 'Unreachable' | undefined {
  const limit = Math.max(INTERVALS * intervalMs, leastMs);
  if (silentMs <= limit) return undefined;
  return silentMs > GONE_FACTOR * limit ? 'Unreachable' : 'Degraded';
}

/** A service that has fallen silent. What its probes say weighs more: one that they find healthy is degraded at most. */
export function decideSilence(
  state: InstanceState | undefined,
  silence: Silence,
  leastMs: number = LEAST_SILENCE_MS,
): InstanceEvent[] {
  if (state === undefined || state.removed || (state.by === 'probe' && state.status !== 'Healthy')) return [];
  const standing = standingOf(silence, leastMs);
  if (standing === undefined) return [];
  const status = state.replicaId === undefined ? standing : 'Degraded';
  if (state.status === status) return [];
  const { silentMs, intervalMs } = silence;
  const details = `no heartbeat for ${seconds(silentMs)}, one came every ${seconds(intervalMs)} before`;
  return [{ type: 'InstanceStatusChanged', data: { instanceId: state.id, status, details, by: 'heartbeat' } }];
}

/** A service that registers itself again is alive: that undoes what its silence did, and nothing that its probes found. */
export function decideHeartbeat(state: InstanceState | undefined): InstanceEvent[] {
  if (state === undefined || state.removed) throw new Conflict('an instance that is not registered has no heartbeat');
  const undone = state.status === 'Unknown' || (state.by === 'heartbeat' && state.status !== 'Healthy');
  if (!undone) return [];
  return [{ type: 'InstanceStatusChanged', data: { instanceId: state.id, status: 'Healthy', by: 'heartbeat' } }];
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`;
}
