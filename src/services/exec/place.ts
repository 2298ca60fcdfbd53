import type { ExecPlace } from '../../api/contract/exec-schemas.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { Conflict, NotFound } from '../../domain/problem.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { EventStore } from '../../store/event-store.ts';
import { findSubject, noSubject } from '../subject/find.ts';

/** A container to run a command in, and the engine that has it. */
export interface Place {
  readonly place: ExecPlace;
  readonly node: NodeState;
}

type Rows = Pick<EventStore, 'row' | 'rows' | 'lookUp' | 'idsNear'>;

/**
 * The container that an id means: a replica's own, by the id of the replica, its instance or its container; of a deployment a ready
 * one, the first by number. Throws NotFound, and Conflict when none runs.
 */
export async function placeOf(store: Rows, id: string): Promise<Place> {
  const replica = await replicaOf(store, id);
  const { deploymentId, generation, nodeId, containerId, status } = replica;
  if (containerId === undefined || (status !== 'Running' && status !== 'Ready' && status !== 'Stopping')) {
    throw new Conflict(
      `replica ${replica.id} is ${status}: it has no running container; oo describe ${replica.id} says why`,
    );
  }
  const node = (await store.row<NodeState>('nodes', nodeId))?.state;
  if (node === undefined || node.removed) throw new Conflict(`node ${nodeId} is not registered any more`);
  return { place: { deploymentId, replicaId: replica.id, generation, nodeId, containerId }, node };
}

async function replicaOf(store: Rows, id: string): Promise<ReplicaState> {
  const subject = await findSubject(store, id);
  switch (subject?.kind) {
    case 'deployment':
      return readyReplica(store, id);
    case 'replica':
      return subject.row.state;
    case 'instance': {
      const { replicaId } = subject.row.state;
      const row = replicaId === undefined ? undefined : await store.row<ReplicaState>('replicas', replicaId);
      if (row === undefined) throw new Conflict(`instance ${id} registered itself: nothing is known of its container`);
      return row.state;
    }
    case 'node':
    case 'definition':
      throw new NotFound(`${id} is a ${subject.kind}: commands run in a deployment, replica, instance or container`);
    case undefined:
      throw await noSubject(store, id, ['deployment', 'replica', 'instance']);
    default:
      return subject satisfies never;
  }
}

async function readyReplica(store: Rows, deploymentId: string): Promise<ReplicaState> {
  const rows = await store.rows<ReplicaState>('replicas', {
    deployment_id: deploymentId,
    present: 'true',
    status: ['Ready', 'Running'],
  });
  const latestFirst = rows
    .map(({ state }) => state)
    .toSorted((a, b) => rank(a) - rank(b) || b.revision - a.revision || a.ordinal - b.ordinal);
  const [chosen] = latestFirst;
  if (chosen !== undefined) return chosen;
  throw new Conflict(`no replica of deployment ${deploymentId} runs; oo describe ${deploymentId} says why`);
}

/** One in service rather than one that only runs. */
function rank({ status }: ReplicaState): number {
  return status === 'Ready' ? 0 : 1;
}
