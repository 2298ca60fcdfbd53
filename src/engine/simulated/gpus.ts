import type { GpuReading } from '../gpu.ts';
import type { SimulatedHost } from './host.ts';

/** See `Engine.gpus`: a card is busy while a container that was given it runs. Undefined on a host without cards. */
export function readGpus({ capacity, containers }: SimulatedHost): readonly GpuReading[] | undefined {
  if (capacity.gpus.length === 0) return undefined;
  const running = containers.values().filter(({ phase }) => phase === 'running');
  const busy = new Set(running.flatMap(({ spec }) => spec.gpuIndexes ?? []));
  return capacity.gpus.map(({ name, vramBytes, index }, place) => {
    const own = index ?? place;
    const works = busy.has(own);
    return {
      index: own,
      name,
      busId: `00000000:${own.toString(16).padStart(2, '0').toUpperCase()}:00.0`,
      vramBytes,
      usedBytes: 0,
      utilization: works ? 100 : 0,
      temperature: works ? 60 : 30,
      performanceState: works ? 'P0' : 'P8',
      powerUsage: works ? 300 : 30,
      powerCap: 700,
      computeMode: 'Default',
    };
  });
}
