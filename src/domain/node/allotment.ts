import type { EventOf } from '../event.ts';
import type { Reservation } from '../template.ts';
import { limitedCards, withShares, type CardAllotment } from './cards.ts';
import type { NodeCapacity, NodeReserve } from './events.ts';

export type AllotmentEvent = EventOf<
  'NodeRegistered' | 'NodeRemoved' | 'ReplicaScheduled' | 'ReplicaFailed' | 'ReplicaStopped'
>;

/**
 * What of a node is given away. Reserved never exceeds the limit: the store refuses the command that would do so,
 * and the database refuses the row. The limit is the capacity without the node's own reserve, or what was already reserved
 * when that shrank.
 */
export interface Allotment {
  readonly id: string;
  readonly capacity: NodeCapacity;
  /** What of the capacity is not given away; absent: nothing. */
  readonly reserve?: NodeReserve | undefined;
  readonly limit: Amounts;
  readonly reserved: Amounts;
  /** By index; absent on a node without GPUs. */
  readonly cards?: readonly CardAllotment[] | undefined;
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
    case 'NodeRegistered':
      return registered(state, event.data);
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
export function overcommitOf(allotment: Allotment): string | undefined {
  const { id, limit, reserved, cards = [], hostPorts, replicas, removed } = allotment;
  // Whoever removes the node and whoever places a replica on it have both looked at what was true: one of them is late.
  if (removed && replicas > 0) {
    return `node ${id}: ${replicas} ${replicas === 1 ? 'replica' : 'replicas'} would be on a removed node`;
  }
  const over = (['cpuMillis', 'memoryBytes', 'vramBytes'] as const).find((key) => reserved[key] > limit[key]);
  if (over !== undefined) return `node ${id}: ${over} would be ${reserved[over]} of ${limit[over]}`;
  const card = cards.find(({ reservedBytes, limitBytes }) => reservedBytes > limitBytes);
  if (card !== undefined) {
    return `node ${id}: vramBytes of card ${card.index} would be ${card.reservedBytes} of ${card.limitBytes}`;
  }
  const doubled = hostPorts.find((port, index) => hostPorts.indexOf(port) !== index);
  return doubled === undefined ? undefined : `node ${id}: host port ${doubled} would be taken twice`;
}

function registered(
  state: Allotment | undefined,
  { nodeId, capacity, reserve }: EventOf<'NodeRegistered'>['data'],
): Allotment {
  const { reserved = NOTHING, cards = [], hostPorts = [], replicas = 0 } = state ?? {};
  return limited({
    id: nodeId,
    capacity,
    ...(reserve && { reserve }),
    limit: NOTHING,
    reserved,
    cards,
    hostPorts,
    replicas,
    removed: false,
  });
}

/** With the limits that follow from the capacity and from what is reserved. */
function limited({ cards: before = [], ...state }: Allotment): Allotment {
  const { capacity, reserve, reserved } = state;
  const cards = limitedCards(capacity, reserve, before);
  const vramBytes = cards.reduce((sum, { limitBytes }) => sum + limitBytes, 0);
  const limit = {
    cpuMillis: Math.max(capacity.cpuMillis - (reserve?.cpuMillis ?? 0), reserved.cpuMillis),
    memoryBytes: Math.max(capacity.memoryBytes - (reserve?.memoryBytes ?? 0), reserved.memoryBytes),
    vramBytes: Math.max(vramBytes, reserved.vramBytes),
  };
  return { ...state, limit, ...(cards.length > 0 && { cards }) };
}

function reserve(state: Allotment, by: Reservation): Allotment {
  return {
    ...state,
    reserved: plus(state.reserved, by, 1),
    ...(by.cards && { cards: withShares(state.cards ?? [], by.cards, 1) }),
    hostPorts: [...state.hostPorts, ...by.hostPorts],
    replicas: state.replicas + 1,
  };
}

function release(state: Allotment, by: Reservation): Allotment {
  return limited({
    ...state,
    reserved: plus(state.reserved, by, -1),
    ...(by.cards && { cards: withShares(state.cards ?? [], by.cards, -1) }),
    hostPorts: state.hostPorts.filter((port) => !by.hostPorts.includes(port)),
    replicas: state.replicas - 1,
  });
}

function plus(left: Amounts, right: Amounts, sign: 1 | -1): Amounts {
  return {
    cpuMillis: left.cpuMillis + sign * right.cpuMillis,
    memoryBytes: left.memoryBytes + sign * right.memoryBytes,
    vramBytes: left.vramBytes + sign * right.vramBytes,
  };
}
