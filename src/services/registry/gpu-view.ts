import type { Node } from '../../api/contract/registry-schemas.ts';
import type { CardAllotment } from '../../domain/node/cards.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { GpuReading } from '../../engine/gpu.ts';

const MEBIBYTE = 1024 * 1024;

/**
 * A node's cards as the contract shows them: `memoryUsage` is what replicas have reserved of the card, the rest what the
 * card says of itself. Clients insist on every field; what is not measured reads as empty or 0.
 */
export function toGpus(
  { url, capacity }: Pick<NodeState, 'url' | 'capacity'>,
  allotted: readonly CardAllotment[],
  readings: readonly GpuReading[],
): NonNullable<Node['gpus']> {
  return capacity.gpus.map(({ name, vramBytes, index: own }, place) => {
    const index = own ?? place;
    const reserved = allotted.find((card) => card.index === index)?.reservedBytes ?? 0;
    const reading = readings.find((card) => card.index === index);
    return {
      id: `${url}:${index}`,
      intraNodeId: index,
      name,
      busId: reading?.busId ?? '',
      temperature: reading?.temperature ?? 0,
      performanceState: reading?.performanceState ?? '',
      powerUsage: reading?.powerUsage ?? 0,
      powerCap: reading?.powerCap ?? 0,
      memoryUsage: Math.round(reserved / MEBIBYTE),
      memoryTotal: Math.round(vramBytes / MEBIBYTE),
      gpuUtilization: reading?.utilization ?? 0,
      computeMode: reading?.computeMode ?? '',
    };
  });
}
