import type { ReplicaState } from '../domain/replica/evolve.ts';
import { backoffMs } from './backoff.ts';
import type { Slot } from './slots.ts';

/** Failed replicas of the latest revision: those to try again now, and when the next one's back-off ends. */
export interface Recovery {
  readonly due: readonly { readonly slot: Slot; readonly reason: string }[];
  readonly wakeAt: number | undefined;
}

export function recoveryOf(current: readonly ReplicaState[], now: number): Recovery {
  const failed = current.filter(({ status, failure }) => status === 'Failed' && failure?.terminal !== true);
  const timed = failed.map((replica) => ({
    replica,
    at: (replica.failedAt ?? 0) + backoffMs(replica.failures, replica.id),
  }));
  const waiting = timed.filter(({ at }) => at > now).map(({ at }) => at);
  const due = timed
    .filter(({ at }) => at <= now)
    .map(({ replica }) => ({
      slot: { replicaId: replica.id, ordinal: replica.ordinal, generation: replica.generation + 1 },
      reason: `replaces generation ${replica.generation}: ${replica.failure?.message ?? 'failed'}`,
    }));
  return { due, wakeAt: waiting.length === 0 ? undefined : Math.min(...waiting) };
}
