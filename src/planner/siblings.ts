import type { ReplicaState } from '../domain/replica/evolve.ts';

/** How many replicas of the deployment hold each node. */
export function siblingsOf(replicas: readonly ReplicaState[]): ReadonlyMap<string, number> {
  const siblings = new Map<string, number>();
  for (const { status, nodeId } of replicas) {
    if (status !== 'Stopped' && status !== 'Failed') siblings.set(nodeId, (siblings.get(nodeId) ?? 0) + 1);
  }
  return siblings;
}
