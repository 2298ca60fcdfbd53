import type { ReplicaState } from '../domain/replica/evolve.ts';
import { DRAIN_SECONDS, GRACE_SECONDS, type PartingSpec } from '../domain/replica/parting.ts';
import type { Action } from './plan.ts';
import type { Snapshot } from './snapshot.ts';

/** Has a replica stopped. What may have requests is given time for them; the deployment's times go before the definition's. */
export function stopOf(
  { deployment, definition }: Pick<Snapshot, 'deployment' | 'definition'>,
  replica: ReplicaState,
  reason: string,
): Action {
  const { id: replicaId, generation, nodeId } = replica;
  const of = (field: keyof PartingSpec, usual: number): number =>
    deployment.spec.strategy?.[field] ?? definition?.spec.strategy?.[field] ?? usual;
  return {
    type: 'stop',
    replicaId,
    generation,
    nodeId,
    reason,
    ...(mayHaveRequests(replica) ? { drainSeconds: of('drainSeconds', DRAIN_SECONDS.usual) } : {}),
    graceSeconds: of('graceSeconds', GRACE_SECONDS.usual),
  };
}

/** It was ready once, has a port, and has not failed: routers may know it. */
function mayHaveRequests({ ports, reservation, readyAt, unready }: ReplicaState): boolean {
  return ports.length > 0 && reservation !== undefined && (readyAt !== undefined || unready !== undefined);
}
