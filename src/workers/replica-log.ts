import { evolveReplica, type ReplicaEvent, type ReplicaState } from '../domain/replica/evolve.ts';
import { mayFollow } from '../domain/replica/status.ts';
import { streamOf } from '../domain/stream.ts';
import type { Attempt } from '../jobs/catalogue.ts';
import type { StreamAppend } from '../store/command.ts';
import type { Row } from '../store/projection.ts';
import { appendedTo } from './append-to.ts';
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
 * What is known of a replica between two appends of the same hand: each carries it on, so that the row is read once and
 * not before every event. It may be out of date; the version that an append expects finds that out.
 */
export interface KnownReplica {
  row: Row<ReplicaState> | undefined;
}

/**
 * Appends what happened to a replica, unless it is no longer true of it: its generation has passed, or its status does
 * not allow the event any more. `events` is asked with the replica as it is known, again after every lost race with the
 * replica as it is then. Returns the row that the events led from, or undefined when they were not appended. `beside` is
 * appended with them, and left out once somebody was first: what it stands for is then done by its own job.
 */
export async function record(
  deps: Pick<WorkerDeps, 'store' | 'membership'>,
  attempt: Attempt,
  events: (replica: ReplicaState) => readonly [ReplicaEvent, ...ReplicaEvent[]],
  known: KnownReplica = { row: undefined },
  beside: readonly StreamAppend[] = [],
): Promise<Row<ReplicaState> | undefined> {
  for (let first = true; ; first = false) {
    const believed = known.row;
    const row = believed ?? (await presentReplica(deps, attempt));
    known.row = undefined;
    if (row === undefined) return undefined;
    const happened = events(row.state);
    if (mayFollow(happened[0].type, row.state.status)) {
      known.row = await append(deps, attempt, row, { happened, beside: first ? beside : [] });
      if (known.row !== undefined) return row;
    } else if (believed === undefined) {
      return undefined;
    }
  }
}

/** The row that the events lead to; undefined when somebody else was first. */
async function append(
  deps: Pick<WorkerDeps, 'store' | 'membership'>,
  { replicaId, cause }: Attempt,
  { version, state }: Row<ReplicaState>,
  { happened, beside }: { readonly happened: readonly ReplicaEvent[]; readonly beside: readonly StreamAppend[] },
): Promise<Row<ReplicaState> | undefined> {
  const place = { stream: streamOf('replica', replicaId), expectedVersion: version, cause, beside };
  const recorded = await appendedTo(deps, place, happened);
  const last = recorded?.at(-1);
  if (recorded === undefined || last === undefined) return undefined;
  const after = happened.reduce<ReplicaState>(
    (before, event) => evolveReplica(before, event, last.at.getTime()) ?? before,
    state,
  );
  return { id: replicaId, since: last.position, version: last.version, state: after };
}
