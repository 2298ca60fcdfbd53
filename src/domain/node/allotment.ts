import type { EventOf } from '../event.ts';
import type { Reservation } from '../template.ts';
import type { NodeCapacity } from './events.ts';

export type AllotmentEvent = EventOf<
  'NodeRegistered' | 'NodeRemoved' | 'ReplicaScheduled' | 'ReplicaFailed' | 'ReplicaStopped'
>;

/**
 * What of a node is given away. Reserved never exceeds the limit: the store refuses the command that would do so,
 * and the database refuses the row. The limit is the capacity, or what was already reserved when the capacity shrank.
 */
export interface Allotment {
  readonly id: string;
  readonly capacity: NodeCapacity;
  readonly limit: Amounts;
  readonly reserved: Amounts;
  readonly hostPorts: readonly number[];
  /** Replicas that hold a share of it. */
  readonly replicas: number;
  /** The node was removed: nobody may hold a share of it. */
  readonly removed: boolean;
}

/** CPU in thousandths of a core, sizes in bytes. */
export interface Amounts {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly vramBytes: number;
}

const NOTHING: Amounts = { cpuMillis: 0, memoryBytes: 0, vramBytes: 0 };

/** One event further. */
export function evolveAllotment(state: Allotment | undefined, event: AllotmentEvent): Allotment | undefined {
  switch (event.type) {
    case 'NodeRegistered': {
      const { nodeId, capacity } = event.data;
      const reserved = state?.reserved ?? NOTHING;
      const { hostPorts = [], replicas = 0 } = state ?? {};
      return {
        id: nodeId,
        capacity,
        reserved,
        limit: limitOf(capacity, reserved),
        hostPorts,
        replicas,
        removed: false,
      };
    }
    case 'NodeRemoved':
      return state && { ...state, removed: true };
    case 'ReplicaScheduled':
      return state && reserve(state, event.data.reservation);
    case 'ReplicaFailed':
      return state && release(state, event.data.released);
    case 'ReplicaStopped':
      return state && event.data.released ? release(state, event.data.released) : state;
    default:
      return event satisfies never;
  }
}

/** The node whose allotment an event changes. */
export function allotmentOf(event: AllotmentEvent): string | undefined {
  switch (event.type) {
    case 'NodeRegistered':
    case 'NodeRemoved':
      return event.data.nodeId;
    case 'ReplicaScheduled':
      return event.data.reservation.nodeId;
    case 'ReplicaFailed':
    case 'ReplicaStopped':
      return event.data.released?.nodeId;
    default:
      return event satisfies never;
  }
}

/** In words and numbers what does not fit, or undefined when all does. */
export function overcommitOf({ id, limit, reserved, hostPorts, replicas, removed }: Allotment): string | undefined {
  // Whoever removes the node and whoever places a replica on it have both looked at what was true: one of them is late.
  if (removed && replicas > 0) {
    return `node ${id}: ${replicas} ${replicas === 1 ? 'replica' : 'replicas'} would be on a removed node`;
  }
  const over = (['cpuMillis', 'memoryBytes', 'vramBytes'] as const).find((key) => reserved[key] > limit[key]);
  if (over !== undefined) return `node ${id}: ${over} would be ${reserved[over]} of ${limit[over]}`;
  const doubled = hostPorts.find((port, index) => hostPorts.indexOf(port) !== index);
  return doubled === undefined ? undefined : `node ${id}: host port ${doubled} would be taken twice`;
}

function limitOf(capacity: NodeCapacity, reserved: Amounts): Amounts {
  const vramBytes = capacity.gpus.reduce((sum, card) => sum + card.vramBytes, 0);
  return {
    cpuMillis: Math.max(capacity.cpuMillis, reserved.cpuMillis),
    memoryBytes: Math.max(capacity.memoryBytes, reserved.memoryBytes),
    vramBytes: Math.max(vramBytes, reserved.vramBytes),
  };
}

function reserve(state: Allotment, by: Reservation): Allotment {
  return {
    ...state,
    reserved: plus(state.reserved, by, 1),
    hostPorts: [...state.hostPorts, ...by.hostPorts],
    replicas: state.replicas + 1,
  };
}

function release(state: Allotment, by: Reservation): Allotment {
  const reserved = plus(state.reserved, by, -1);
  const hostPorts = state.hostPorts.filter((port) => !by.hostPorts.includes(port));
  return { ...state, reserved, limit: limitOf(state.capacity, reserved), hostPorts, replicas: state.replicas - 1 };
}

function plus(left: Amounts, right: Amounts, sign: 1 | -1): Amounts {
  return {
    cpuMillis: left.cpuMillis + sign * right.cpuMillis,
    memoryBytes: left.memoryBytes + sign * right.memoryBytes,
    vramBytes: left.vramBytes + sign * right.vramBytes,
  };
}
