import { evolveAllotment, type Allotment } from '../../src/domain/node/allotment.ts';
import { evolveNode } from '../../src/domain/node/evolve.ts';
import type { EventOf } from '../../src/domain/event.ts';
import type { Reservation } from '../../src/domain/template.ts';
import type { Demand } from '../../src/planner/placement/demand.ts';
import type { NodeView } from '../../src/planner/snapshot.ts';

const Gi = 2 ** 30;

/** So many nodes of 64 cores in two clusters of ten zones; every tenth has eight cards of 80 GB, every second an SSD. */
export function fleetOf(nodes: number): NodeView[] {
  return Array.from({ length: nodes }, (_, n) => {
    const nodeId = `node_${n}`;
    const gpus =
      n % 10 === 0 ? Array.from({ length: 8 }, (__, index) => ({ name: 'H100', vramBytes: 80e9, index })) : [];
    const event: { type: 'NodeRegistered'; data: EventOf<'NodeRegistered'>['data'] } = {
      type: 'NodeRegistered',
      data: {
        nodeId,
        url: `simulated://${nodeId}`,
        cluster: n % 2 === 0 ? 'east' : 'west',
        zone: `zone-${n % 10}`,
        labels: n % 4 < 2 ? { disk: 'ssd' } : { disk: 'hdd' },
        // Hosts of three sizes, so that the small ones fill up on the way.
        capacity: { cpuMillis: [16_000, 64_000, 96_000][n % 3] ?? 0, memoryBytes: 256 * Gi, gpus },
      },
    };
    const [node, allotment] = [evolveNode(undefined, event), evolveAllotment(undefined, event)];
    if (node === undefined || allotment === undefined) throw new Error(`${nodeId} was not registered`);
    return { node, allotment };
  });
}

/** What the replicas of a deployment need: five kinds in turn, every filter and every score among them. */
export function demandOfKind(kind: number, nodes: readonly NodeView[]): Demand {
  const plain = {
    image: `app:${kind}`,
    cpuMillis: 500,
    memoryBytes: Gi,
    gpus: 0,
    cardBytes: 0,
    hostPorts: [],
    regions: [],
    labels: {},
    imageOn: new Set<string>(),
  };
  switch (kind % 5) {
    case 0:
      return plain;
    case 1:
      return { ...plain, regions: [{ cluster: 'west' }, { cluster: 'east', zone: 'zone-4' }] };
    case 2:
      return { ...plain, labels: { disk: 'ssd' }, cpuMillis: 750 };
    case 3:
      return { ...plain, imageOn: new Set(nodes.slice(0, 100).map(({ node }) => node.id)) };
    default:
      return { ...plain, cpuMillis: 50, gpus: 1, cardBytes: 5e9 };
  }
}

/** The nodes once these reservations are theirs. */
export function holding(nodes: readonly NodeView[], reservations: readonly Reservation[]): NodeView[] {
  const byNode = Map.groupBy(reservations, ({ nodeId }) => nodeId);
  const attempt = { replicaId: 'r', deploymentId: 'd', generation: 1, ordinal: 0, revision: 1, reason: 'bench' };
  const decision = { considered: 0, excluded: [], scores: [] };
  return nodes.map(({ node, allotment }) => {
    const held = byNode.get(node.id) ?? [];
    const after = held.reduce<Allotment>((state, reservation) => {
      const event = { type: 'ReplicaScheduled' as const, data: { ...attempt, reservation, decision } };
      return evolveAllotment(state, event) ?? state;
    }, allotment);
    return { node, allotment: after };
  });
}
