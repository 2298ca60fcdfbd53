import type { ReplicaState } from '../domain/replica/evolve.ts';
import { backoffMs } from './backoff.ts';
import type { Slot } from './slots.ts';

/** A failed replica whose back-off is over. */
export interface Due {
  readonly replica: ReplicaState;
  readonly slot: Slot;
  readonly reason: string;
}

/** Failed replicas: those to try again now, and when the next one's back-off ends. */
export interface Recovery {
  readonly due: readonly Due[];
  readonly wakeAt: number | undefined;
}

/** What failed for good is in neither. `now`: milliseconds since the epoch. */
export function recoveryOf(replicas: readonly ReplicaState[], now: number): Recovery {
  const failed = replicas.filter(({ status, failure }) => status === 'Failed' && failure?.terminal !== true);
  const timed = failed.map((replica) => ({
    replica,
    at: (replica.failedAt ?? 0) + backoffMs(replica.failures, replica.id),
  }));
  const waiting = timed.filter(({ at }) => at > now).map(({ at }) => at);
  const due = timed
    .filter(({ at }) => at <= now)
    .map(({ replica }) => ({
      replica,
      slot: { replicaId: replica.id, ordinal: replica.ordinal, generation: replica.generation + 1 },
      reason: `replaces generation ${replica.generation}: ${replica.failure?.message ?? 'failed'}`,
    }));
  return { due, wakeAt: waiting.length === 0 ? undefined : Math.min(...waiting) };
}
