import { ON_NODE } from '../domain/replica/status.ts';
import type { Action } from './plan.ts';
import type { Snapshot } from './snapshot.ts';

/** Replicas of lost nodes are given up there: what they held is free, and they may be started elsewhere. */
export function lossesOf({ replicas, nodes }: Snapshot): readonly Action[] {
  const lost = new Set(nodes.filter(({ node }) => node.liveness === 'lost').map(({ node }) => node.id));
  if (lost.size === 0) return [];
  return replicas.flatMap(({ id, generation, nodeId, status, reservation }): Action[] => {
    if (!lost.has(nodeId) || !ON_NODE.includes(status) || reservation === undefined) return [];
    return [{ type: 'lose', replicaId: id, generation, released: reservation, reason: `node ${nodeId} is lost` }];
  });
}

/** Nodes that give their replicas away. */
export function drainingNodes({ nodes }: Pick<Snapshot, 'nodes'>): ReadonlySet<string> {
  return new Set(nodes.filter(({ node }) => node.scheduling === 'draining').map(({ node }) => node.id));
}
