import type { ReplicaState } from '../domain/replica/evolve.ts';
import { ON_NODE } from '../domain/replica/status.ts';

/** How many of these replicas each node holds, without what is on its way out. */
export function siblingsOf(replicas: readonly ReplicaState[]): ReadonlyMap<string, number> {
  const siblings = new Map<string, number>();
  for (const { status, nodeId } of replicas) {
    if (ON_NODE.includes(status)) siblings.set(nodeId, (siblings.get(nodeId) ?? 0) + 1);
  }
  return siblings;
}
