import type { PullProgress } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { normalReference, type SimulatedHost } from './host.ts';
import { SERVER_IMAGE } from './script.ts';

const PROGRESS_STEPS = 4;

/** See `Engine.pull`. */
export async function pullImage(
  host: SimulatedHost,
  reference: string,
  onProgress: ((progress: PullProgress) => void) | undefined,
  signal: AbortSignal,
): Promise<void> {
  const name = normalReference(reference);
  const image = host.options.registry === undefined ? SERVER_IMAGE : host.options.registry(name);
  if (image === undefined) {
    throw new EngineError(
      'image-not-found',
      `pull ${name} on simulated://${host.name}: manifest for ${name} not found: manifest unknown`,
    );
  }
  const total = image.bytes ?? 0;
  const speed = host.options.pullBytesPerSecond;
  onProgress?.({ status: `Pulling from ${name}` });
  for (let step = 1; step <= PROGRESS_STEPS && total > 0; step += 1) {
    if (speed !== undefined) await host.clock.sleep((total / speed / PROGRESS_STEPS) * 1_000, signal);
    if (host.unreachable)
      throw new EngineError('unreachable', `pull ${name} on simulated://${host.name}: the connection was reset`);
    onProgress?.({ status: 'Downloading', current: Math.round((total * step) / PROGRESS_STEPS), total });
  }
  host.images.set(name, image);
  onProgress?.({
    status: `Status: Downloaded newer image for ${name}`,
    ...(total > 0 ? { current: total, total } : {}),
  });
}
