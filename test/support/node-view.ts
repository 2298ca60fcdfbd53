import { evolveAllotment, type AllotmentEvent } from '../../src/domain/node/allotment.ts';
import type { NodeReserve } from '../../src/domain/node/events.ts';
import { evolveNode } from '../../src/domain/node/evolve.ts';
import type { NodeLiveness, NodeScheduling } from '../../src/domain/node/status.ts';
import type { Reservation } from '../../src/domain/template.ts';
import type { NodeView } from '../../src/planner/snapshot.ts';
import { inventedDecision } from './invented-decision.ts';

export const Mi = 2 ** 20;

/** What is special about a node of four cores and a gibibyte in `eu/a`. */
export interface Special {
  readonly cpuMillis?: number;
  readonly memoryBytes?: number;
  /** Bytes of each card. */
  readonly gpus?: readonly number[];
  readonly reserve?: Partial<NodeReserve>;
  readonly cluster?: string;
  readonly zone?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly scheduling?: NodeScheduling;
  readonly liveness?: NodeLiveness;
  /** What replicas hold of it already. */
  readonly holds?: readonly Partial<Reservation>[];
}

/** A node with its allotment, as its events make them. */
export function nodeView(id: string, more: Special = {}): NodeView {
  const { cpuMillis = 4_000, memoryBytes = 1024 * Mi, cluster = 'eu', zone = 'a', reserve } = more;
  const gpus = (more.gpus ?? []).map((vramBytes) => ({ name: 'L4', vramBytes }));
  const capacity = { cpuMillis, memoryBytes, gpus };
  const nothing = { cpuMillis: 0, memoryBytes: 0, gpuMarginBytes: 0 };
  const registered: AllotmentEvent & { type: 'NodeRegistered' } = {
    type: 'NodeRegistered',
    data: {
      nodeId: id,
      url: `simulated://${id}`,
      cluster,
      zone,
      labels: { ...more.labels },
      capacity,
      ...(reserve && { reserve: { ...nothing, ...reserve } }),
    },
  };
  const held = (more.holds ?? []).map((holds, n) => scheduled(n, { ...NOTHING, ...holds, nodeId: id }));
  const allotment = [registered, ...held].reduce(evolveAllotment, undefined as NodeView['allotment'] | undefined);
  const node = evolveNode(undefined, registered);
  if (node === undefined || allotment === undefined) throw new Error(`node ${id} is not registered`);
  const { scheduling = 'open', liveness = 'ready' } = more;
  return { node: { ...node, scheduling, liveness }, allotment };
}

const NOTHING = { cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] };

/** The event that gives a reservation away. */
export function scheduled(n: number, reservation: Reservation): AllotmentEvent & { type: 'ReplicaScheduled' } {
  const attempt = { replicaId: `held-${n}`, deploymentId: 'held', generation: 1, ordinal: n, revision: 1 };
  const decision = inventedDecision(reservation.nodeId);
  return { type: 'ReplicaScheduled', data: { ...attempt, reservation, decision, reason: 'test' } };
}
