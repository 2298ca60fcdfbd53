import type { NodeView } from '../snapshot.ts';
import type { Demand } from './demand.ts';

/** A node as placement sees it: what is left of it goes down with every replica that is placed in the same plan. */
export interface Candidate {
  readonly view: NodeView;
  cpuMillis: number;
  memoryBytes: number;
  vramBytes: number;
  readonly hostPorts: Set<number>;
  /** Replicas of the deployment that are on it. */
  siblings: number;
}

/** The nodes with what is free on them. */
export function candidatesOf(nodes: readonly NodeView[], siblings: ReadonlyMap<string, number>): Candidate[] {
  return nodes.map((view) => {
    const { limit, reserved, hostPorts, id } = view.allotment;
    return {
      view,
      cpuMillis: limit.cpuMillis - reserved.cpuMillis,
      memoryBytes: limit.memoryBytes - reserved.memoryBytes,
      vramBytes: limit.vramBytes - reserved.vramBytes,
      hostPorts: new Set(hostPorts),
      siblings: siblings.get(id) ?? 0,
    };
  });
}

/** Takes what a replica needs. */
export function take(candidate: Candidate, demand: Demand): void {
  candidate.cpuMillis -= demand.cpuMillis;
  candidate.memoryBytes -= demand.memoryBytes;
  candidate.vramBytes -= demand.vramBytes;
  for (const port of demand.hostPorts) candidate.hostPorts.add(port);
  candidate.siblings += 1;
}
