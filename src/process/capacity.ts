import type { NodeCapacity } from '../domain/node/events.ts';
import type { Engine } from '../engine/engine.ts';
import type { Logger } from '../logger.ts';

/** What an engine's host has. A driver that does not answer is logged: the node is registered without its cards. */
export async function capacityOf(engine: Engine, log: Logger): Promise<NodeCapacity> {
  const { gpuProblem, ...capacity } = await engine.capacity();
  if (gpuProblem !== undefined) {
    log.warn('the GPUs of a node cannot be read; declare them with "oo node add --gpu"', {
      url: engine.url,
      error: gpuProblem,
    });
  }
  return capacity;
}
