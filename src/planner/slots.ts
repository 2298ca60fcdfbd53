import type { ReplicaState } from '../domain/replica/evolve.ts';

/** One slot to fill: a replica's name and the generation that comes next in it. */
export interface Slot {
  readonly replicaId: string;
  readonly ordinal: number;
  readonly generation: number;
}

/** `depl_x-r2-0`: the first slot of revision 2. */
export function replicaIdOf(deploymentId: string, revision: number, ordinal: number): string {
  return `${deploymentId}-r${revision}-${ordinal}`;
}

/** The lowest free slots of a revision. A slot that was filled before goes on with its generations. */
export function freeSlots(
  deploymentId: string,
  revision: number,
  replicas: readonly ReplicaState[],
  count: number,
): readonly Slot[] {
  const known = new Map(
    replicas.filter((replica) => replica.revision === revision).map((replica) => [replica.ordinal, replica]),
  );
  const slots: Slot[] = [];
  for (let ordinal = 0; slots.length < count; ordinal += 1) {
    const before = known.get(ordinal);
    if (before !== undefined && before.status !== 'Stopped') continue;
    const replicaId = replicaIdOf(deploymentId, revision, ordinal);
    slots.push({ replicaId, ordinal, generation: (before?.generation ?? 0) + 1 });
  }
  return slots;
}
