import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { ON_NODE } from '../../domain/replica/status.ts';
import type { NodeView, Snapshot } from '../snapshot.ts';
import { limitsOf } from '../strategy/limits.ts';
import { rehearse, type Rehearsal } from '../what-if/rehearse.ts';

/** What draining a node would do to one deployment. */
export interface DeploymentDrain {
  readonly deploymentId: string;
  /** Its replicas that hold a share of the node. */
  readonly replicas: readonly string[];
  /** Where their replacements would go. */
  readonly to: readonly { readonly nodeId: string; readonly replicas: number }[];
  /** Of `replicas`: those that would not leave the node. */
  readonly stuck: readonly string[];
  /** Replicas that would leave the node and run nowhere. */
  readonly homeless: number;
  /** Steps that it takes; in each, at most so many of the node's replicas go. */
  readonly steps: number;
  readonly atATime: number;
  readonly strategy:
    | { readonly type: 'Recreate' }
    | { readonly type: 'RollingUpdate'; readonly maxUnavailable: number; readonly maxSurge: number };
  /** Why some are stuck or homeless, in numbers. */
  readonly why: readonly string[];
}

/**
 * What draining the node would move, where to, in what steps, and what would stay: the planner's own plans, played to their
 * end on the deployments one after the other, each with the room that those before it have left. Pure.
 * `snapshots`: one of each deployment with replicas on the node, all at one position.
 */
export function drainPlanOf(snapshots: readonly Snapshot[], nodeId: string): readonly DeploymentDrain[] {
  let nodes: readonly NodeView[] | undefined;
  return snapshots.map((snapshot): DeploymentDrain => {
    const before = { ...snapshot, nodes: (nodes ?? snapshot.nodes).map((view) => draining(view, nodeId)) };
    const rehearsal = rehearse(before);
    nodes = rehearsal.end.nodes;
    return drainOf(before, rehearsal, nodeId);
  });
}

function drainOf(before: Snapshot, { waves, end, blocked }: Rehearsal, nodeId: string): DeploymentDrain {
  const { deployment } = before;
  const { spec } = deployment;
  const replicas = before.replicas.filter((replica) => holds(replica, nodeId)).map(({ id }) => id);
  const own = new Set(replicas);
  const stuck = end.replicas.filter((replica) => own.has(replica.id) && holds(replica, nodeId)).map(({ id }) => id);
  const wanted = deployment.phase === 'live' ? wantedReplicas(deployment) : 0;
  const up = (all: readonly ReplicaState[]): number => all.filter(({ status }) => ON_NODE.includes(status)).length;
  const homeless = Math.max(0, Math.min(wanted, up(before.replicas)) - up(end.replicas));
  const leaving = waves.map(
    ({ actions }) => actions.filter((action) => action.type === 'stop' && own.has(action.replicaId)).length,
  );
  const scheduled = waves.flatMap(({ actions }) =>
    actions.flatMap((action) => (action.type === 'schedule' ? action.reservation.nodeId : [])),
  );
  return {
    deploymentId: deployment.id,
    replicas,
    to: [...Map.groupBy(scheduled, (id) => id)].map(([id, each]) => ({ nodeId: id, replicas: each.length })),
    stuck,
    homeless,
    steps: leaving.filter((count) => count > 0).length,
    atATime: Math.max(0, ...leaving),
    strategy:
      spec.strategy?.type === 'Recreate' ? { type: 'Recreate' } : { type: 'RollingUpdate', ...limitsOf(deployment) },
    why: stuck.length + homeless === 0 ? [] : blocked,
  };
}

function holds({ nodeId, reservation }: ReplicaState, id: string): boolean {
  return nodeId === id && reservation !== undefined;
}

function draining({ node, allotment }: NodeView, nodeId: string): NodeView {
  const drains = node.id === nodeId && node.scheduling !== 'drained';
  return { node: drains ? { ...node, scheduling: 'draining' } : node, allotment };
}
