import type { EventOf } from '../event.ts';
import type { NodeCapacity, NodeReserve } from './events.ts';
import {
  NODE_LIVENESS_TRANSITIONS,
  NODE_SCHEDULING_TRANSITIONS,
  type NodeLiveness,
  type NodeScheduling,
} from './status.ts';

export type NodeEvent = EventOf<
  'NodeRegistered' | 'NodeRemoved' | keyof typeof NODE_SCHEDULING_TRANSITIONS | keyof typeof NODE_LIVENESS_TRANSITIONS
>;

/** A Docker engine that replicas may run on. */
export interface NodeState {
  readonly id: string;
  readonly url: string;
  readonly cluster: string;
  readonly zone: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity: NodeCapacity;
  /** What of the capacity is not given away; absent: nothing. */
  readonly reserve?: NodeReserve | undefined;
  readonly scheduling: NodeScheduling;
  readonly liveness: NodeLiveness;
  readonly removed: boolean;
}

/** One event further. */
export function evolveNode(state: NodeState | undefined, event: NodeEvent): NodeState | undefined {
  switch (event.type) {
    case 'NodeRegistered': {
      const { nodeId, url, cluster, zone, labels, capacity, reserve } = event.data;
      // Somebody who registers a node anew, with a change, does not thereby open it; one that was removed starts afresh.
      const { scheduling, liveness } = state === undefined || state.removed ? FRESH : state;
      return {
        id: nodeId,
        url,
        cluster,
        zone,
        labels,
        capacity,
        ...(reserve && { reserve }),
        scheduling,
        liveness,
        removed: false,
      };
    }
    case 'NodeRemoved':
      return state && { ...state, removed: true };
    case 'NodeCordoned':
    case 'NodeDrainStarted':
    case 'NodeDrained':
    case 'NodeUncordoned':
      return state && { ...state, scheduling: NODE_SCHEDULING_TRANSITIONS[event.type].to };
    case 'NodeLost':
    case 'NodeReturned':
      return state && { ...state, liveness: NODE_LIVENESS_TRANSITIONS[event.type].to };
    default:
      return event satisfies never;
  }
}

const FRESH = { scheduling: 'open', liveness: 'ready' } as const;
