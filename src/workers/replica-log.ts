import type { ReplicaEvent, ReplicaState } from '../domain/replica/evolve.ts';
import { mayFollow } from '../domain/replica/status.ts';
import { streamOf } from '../domain/stream.ts';
import type { Attempt } from '../jobs/catalogue.ts';
import type { Row } from '../store/projection.ts';
import { appendTo } from './append-to.ts';
import type { WorkerDeps } from './deps.ts';

/** The replica as it is now, when this generation is still its present one. */
export async function presentReplica(
  { store }: Pick<WorkerDeps, 'store'>,
  { replicaId, generation }: Pick<Attempt, 'replicaId' | 'generation'>,
): Promise<Row<ReplicaState> | undefined> {
  const row = await store.row<ReplicaState>('replicas', replicaId);
  return row?.state.generation === generation ? row : undefined;
}

/**
 * Appends what happened to a replica, unless it is no longer true of it: its generation has passed, or its status does
 * not allow the event any more. `events` is asked with the replica as it is now, again after every lost race.
 * Returns the row that the events led from, or undefined when they were not appended.
 */
export async function record(
  deps: Pick<WorkerDeps, 'store' | 'membership'>,
  attempt: Attempt,
  events: (replica: ReplicaState) => readonly [ReplicaEvent, ...ReplicaEvent[]],
): Promise<Row<ReplicaState> | undefined> {
  for (;;) {
    const row = await presentReplica(deps, attempt);
    if (row === undefined) return undefined;
    const happened = events(row.state);
    if (!mayFollow(happened[0].type, row.state.status)) return undefined;
    const place = {
      stream: streamOf('replica', attempt.replicaId),
      expectedVersion: row.version,
      cause: attempt.cause,
    };
    if (await appendTo(deps, place, happened)) return row;
  }
}
