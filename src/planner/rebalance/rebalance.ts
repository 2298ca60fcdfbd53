import type { Move } from '../../domain/deployment/events.ts';
import type { PlacementDecision } from '../../domain/replica/events.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { demandOf, type Demand } from '../placement/demand.ts';
import type { NodeView, Snapshot } from '../snapshot.ts';
import { book } from '../outcome.ts';
import { homesOf, type Homes } from './homes.ts';
import { stillness } from './stillness.ts';

/**
 * What a move must gain, in points of placement's score (spread 4, balance 2, region 1 at most): a container is restarted
 * for it. With the balance scorer alone, a node stays up to an eighth fuller than another.
 */
export const LEAST_GAIN = 0.25;
/** Rounds over the fleet at most; each goes on from where the one before has led. */
const MOST_ROUNDS = 50;

/** Moves of one deployment, the order is that of their gain's discovery. */
export interface DeploymentMoves {
  readonly deploymentId: string;
  readonly moves: readonly Move[];
}

export interface Rebalancing {
  readonly deployments: readonly DeploymentMoves[];
  /** Deployments that are left as they are, and why. */
  readonly left: readonly { readonly deploymentId: string; readonly why: string }[];
}

interface Resident {
  readonly deploymentId: string;
  readonly demand: Demand;
  readonly replicas: ReplicaState[];
  readonly moves: Map<string, Move>;
}

/**
 * Which replicas would get a better home if they were placed today, and where: one move after the other, each from the fleet
 * that those before it have led to, until none gains enough. A fleet on which these moves were carried out has none left.
 * `snapshots`: one of each deployment, all at one position. `only`: moves of this deployment alone. Pure.
 */
export function rebalance(snapshots: readonly Snapshot[], only?: string): Rebalancing {
  const nodes = new Map((snapshots[0]?.nodes ?? []).map((view) => [view.node.id, view]));
  const asked = snapshots.filter(({ deployment }) => only === undefined || deployment.id === only);
  const left = asked.flatMap((snapshot) => {
    const why = stillness(snapshot);
    return why === undefined ? [] : [{ deploymentId: snapshot.deployment.id, why }];
  });
  const residents = asked.filter((snapshot) => stillness(snapshot) === undefined).flatMap(residentOf);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const moved = residents.map((resident) => improve(resident, nodes));
    if (!moved.includes(true)) break;
  }
  const deployments = residents.map(({ deploymentId, moves }) => ({ deploymentId, moves: [...moves.values()] }));
  return { deployments: deployments.filter(({ moves }) => moves.length > 0), left };
}

function residentOf({ deployment, replicas }: Snapshot): readonly Resident[] {
  const { id: deploymentId, template, spec } = deployment;
  if (template === undefined) return [];
  const present = replicas.filter(({ status }) => status === 'Ready');
  return [{ deploymentId, demand: demandOf(template, spec), replicas: present, moves: new Map() }];
}

/** Moves each replica that gains by it, once. True when any did. */
function improve(resident: Resident, nodes: Map<string, NodeView>): boolean {
  let any = false;
  // Replicas of one deployment on one node are alike: when one of them has nothing to gain, no other has.
  const settled = new Set<string>();
  for (const [index, replica] of resident.replicas.entries()) {
    if (settled.has(replica.nodeId)) continue;
    const homes = homesOf(replica, resident.replicas, nodes, resident.demand);
    const to = worthwhile(homes);
    if (to === undefined) {
      settled.add(replica.nodeId);
      continue;
    }
    relocate(resident, index, nodes, { ...homes, best: to });
    settled.clear();
    any = true;
  }
  return any;
}

function worthwhile({ present, lacks, best }: Homes): Homes['best'] {
  // Its node is cordoned, draining or lost: moving from there is what draining and healing are for.
  if (lacks.some(({ filter }) => filter === 'cordon' || filter === 'health')) return undefined;
  return best !== undefined && best.score.total - (present?.total ?? 0) >= LEAST_GAIN ? best : undefined;
}

function relocate(
  { deploymentId, replicas, moves }: Resident,
  index: number,
  nodes: Map<string, NodeView>,
  { present, lacks, best }: Homes,
): void {
  const replica = replicas[index];
  if (replica?.reservation === undefined || best === undefined) return;
  const { id: replicaId, generation, nodeId, reservation } = replica;
  const { reservation: reserved, score } = best;
  const to = reserved.nodeId;
  const ids = { replicaId, deploymentId, generation };
  const decision = { considered: 0, excluded: [], scores: [] };
  book(nodes, { type: 'ReplicaStopped', data: { ...ids, released: reservation } });
  const { ordinal, revision } = replica;
  book(nodes, {
    type: 'ReplicaScheduled',
    data: { ...ids, ordinal, revision, reservation: reserved, decision, reason: '' },
  });
  replicas[index] = { ...replica, nodeId: to, reservation: reserved };
  const first = moves.get(replicaId);
  const from = first?.from ?? nodeId;
  moves.delete(replicaId);
  if (from === to) return;
  const before = first?.before ?? present?.total ?? 0;
  const why = first?.why ?? reasonOf(present, lacks, score);
  moves.set(replicaId, { replicaId, generation, from, to, before, after: score.total, why });
}

/** `spread 0.5 → 1, balance 0.2 → 0.9`: the scores that differ. */
function reasonOf(present: Homes['present'], lacks: Homes['lacks'], best: PlacementDecision['scores'][number]): string {
  if (present === undefined) {
    return `its node no longer fits: ${lacks.map(({ filter, need, have }) => `${filter} needs ${need}, has ${have}`).join(' and ')}`;
  }
  return Object.entries(best.parts)
    .filter(([name, value]) => present.parts[name] !== value)
    .map(([name, value]) => `${name} ${present.parts[name] ?? 0} → ${value}`)
    .join(', ');
}
