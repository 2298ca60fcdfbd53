import type { EventOf } from '../event.ts';
import type { NodeCapacity } from './events.ts';

export type NodeEvent = EventOf<'NodeRegistered' | 'NodeRemoved'>;

/** A Docker engine that replicas may run on. */
export interface NodeState {
  readonly id: string;
  readonly url: string;
  readonly cluster: string;
  readonly zone: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly capacity: NodeCapacity;
  readonly removed: boolean;
}

/** One event further. */
export function evolveNode(state: NodeState | undefined, event: NodeEvent): NodeState | undefined {
  switch (event.type) {
    case 'NodeRegistered': {
      const { nodeId, url, cluster, zone, labels, capacity } = event.data;
      return { id: nodeId, url, cluster, zone, labels, capacity, removed: false };
    }
    case 'NodeRemoved':
      return state && { ...state, removed: true };
    default:
      return event satisfies never;
  }
}
