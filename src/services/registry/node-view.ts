import type { Node, NodeStanding } from '../../api/contract/registry-schemas.ts';
import type { Allotment } from '../../domain/node/allotment.ts';
import type { NodeState } from '../../domain/node/evolve.ts';

const MEBIBYTE = 1024 * 1024;

/** A node as the contract shows it: `used` is what replicas have reserved, cluster and zone are its region and zone. */
export function toNode(state: NodeState, allotment: Allotment | undefined, heartbeat: Date | undefined): Node {
  const { cpuMillis, memoryBytes, gpus } = state.capacity;
  const reserved = allotment?.reserved ?? { cpuMillis: 0, memoryBytes: 0, vramBytes: 0 };
  return {
    id: state.id,
    url: state.url,
    region: state.cluster,
    availabilityZone: state.zone,
    ...(heartbeat === undefined ? {} : { lastHeartbeat: heartbeat.toISOString() }),
    usage: { cpu: share(reserved.cpuMillis, cpuMillis), memory: share(reserved.memoryBytes, memoryBytes) },
    ...(gpus.length === 0 ? {} : { gpus: toGpus(state, reserved.vramBytes) }),
  };
}

/** How it stands, which the contract's strict node has no field for. */
export function toStanding({ id, scheduling, liveness }: NodeState, allotment: Allotment | undefined): NodeStanding {
  return { id, scheduling, liveness, replicas: allotment?.replicas ?? 0 };
}

function share(used: number, total: number): { used: number; total: number; percent: number } {
  return { used, total, percent: total === 0 ? 0 : Math.round((used / total) * 1000) / 10 };
}

/**
 * Clients insist on every field of a card; what is not measured reads as empty or 0. Reservations are per node: cards are
 * shown as filled one after the other.
 */
function toGpus({ url, capacity }: NodeState, reservedBytes: number): Node['gpus'] {
  let left = reservedBytes;
  return capacity.gpus.map(({ name, vramBytes }, index) => {
    const used = Math.min(left, vramBytes);
    left -= used;
    return {
      id: `${url}:${index}`,
      intraNodeId: index,
      name,
      busId: '',
      temperature: 0,
      performanceState: '',
      powerUsage: 0,
      powerCap: 0,
      memoryUsage: Math.round(used / MEBIBYTE),
      memoryTotal: Math.round(vramBytes / MEBIBYTE),
      gpuUtilization: 0,
      computeMode: '',
    };
  });
}
