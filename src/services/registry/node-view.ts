import type { Node, NodeStanding } from '../../api/contract/registry-schemas.ts';
import type { Allotment } from '../../domain/node/allotment.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { GpuReading } from '../../engine/gpu.ts';
import { toGpus } from './gpu-view.ts';

/** A node as the contract shows it: `used` is what replicas have reserved, cluster and zone are its region and zone. */
export function toNode(
  state: NodeState,
  allotment: Allotment | undefined,
  heartbeat: Date | undefined,
  readings: readonly GpuReading[] = [],
): Node {
  const { cpuMillis, memoryBytes, gpus } = state.capacity;
  const reserved = allotment?.reserved ?? { cpuMillis: 0, memoryBytes: 0 };
  return {
    id: state.id,
    url: state.url,
    region: state.cluster,
    availabilityZone: state.zone,
    ...(heartbeat === undefined ? {} : { lastHeartbeat: heartbeat.toISOString() }),
    usage: { cpu: share(reserved.cpuMillis, cpuMillis), memory: share(reserved.memoryBytes, memoryBytes) },
    ...(gpus.length === 0 ? {} : { gpus: toGpus(state, allotment?.cards ?? [], readings) }),
  };
}

/** How it stands, which the contract's strict node has no field for. */
export function toStanding({ id, scheduling, liveness }: NodeState, allotment: Allotment | undefined): NodeStanding {
  return { id, scheduling, liveness, replicas: allotment?.replicas ?? 0 };
}

function share(used: number, total: number): { used: number; total: number; percent: number } {
  return { used, total, percent: total === 0 ? 0 : Math.round((used / total) * 1000) / 10 };
}
