import type { EngineCapacity } from '../engine.ts';
import type { GpuReading } from '../gpu.ts';

/** The host's capacity with the cards that it has measured, where it could be asked for them. */
export async function withMeasuredCards(
  capacity: EngineCapacity,
  ask: () => Promise<readonly GpuReading[] | undefined>,
): Promise<EngineCapacity> {
  try {
    const cards = await ask();
    if (cards === undefined || cards.length === 0) return capacity;
    return { ...capacity, gpus: cards.map(({ name, vramBytes, index }) => ({ name, vramBytes, index })) };
  } catch (error) {
    // A broken driver is no reason to refuse the host: its cards may be declared, and its CPU works.
    return { ...capacity, gpuProblem: error instanceof Error ? error.message : String(error) };
  }
}
