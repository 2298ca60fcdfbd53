import { createHash } from 'node:crypto';

import type { Engine } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { Calls } from './calls.ts';
import { normalReference, type SimulatedHost } from './host.ts';
import type { SimulatedImage } from './script.ts';

/** Bytes of one chunk of a saved image. */
const CHUNK = 65_536;

/** What the images of all simulated hosts of this process are called by their content: a saved one says only its id. */
const known = new Map<string, SimulatedImage>();
const ids = new WeakMap<SimulatedImage, string>();

function idOf(image: SimulatedImage): string {
  const id = ids.get(image) ?? `sha256:${createHash('sha256').update(`simulated image ${known.size}`).digest('hex')}`;
  ids.set(image, id);
  known.set(id, image);
  return id;
}

type Transfer = Pick<Engine, 'imageId' | 'saveImage' | 'loadImage' | 'pushImage' | 'removeImage'>;

/** Images that leave a simulated host, or come to it. A saved one is its reference and id, and then bytes of its size. */
export function imageTransfer(host: SimulatedHost, calls: Calls): Transfer {
  const at = `simulated://${host.name}`;
  const present = (reference: string, doing: string): SimulatedImage => {
    const image = host.images.get(normalReference(reference));
    if (image === undefined) throw new EngineError('image-not-found', `${doing} ${reference} on ${at}: No such image`);
    return image;
  };
  return {
    imageId: (reference, signal) =>
      calls.run('imageId', signal, () => {
        const image = host.images.get(normalReference(reference));
        return image && idOf(image);
      }),
    async *saveImage(reference, signal) {
      const image = await calls.run('saveImage', signal, () => present(reference, 'save'));
      yield Buffer.from(`${JSON.stringify({ reference: normalReference(reference), id: idOf(image) })}\n`);
      for (let left = image.bytes ?? 0; left > 0; left -= CHUNK) {
        signal?.throwIfAborted();
        if (host.unreachable)
          throw new EngineError('unreachable', `save ${reference} on ${at}: the connection was reset`);
        yield Buffer.alloc(Math.min(left, CHUNK));
      }
    },
    loadImage: (tar, signal) =>
      calls.run('loadImage', signal, async () => {
        const { reference, id } = await headerOf(tar, at);
        const image = known.get(id);
        if (image === undefined) throw new EngineError('pull-failed', `load an image on ${at}: it has no content`);
        host.images.set(reference, image);
      }),
    pushImage: (reference, signal) =>
      calls.run('pushImage', signal, () =>
        host.options.pushed?.(normalReference(reference), present(reference, 'push')),
      ),
    removeImage: (reference, signal) =>
      calls.run('removeImage', signal, () => {
        const used = [...host.containers.values()].some(
          ({ spec }) => normalReference(spec.image) === normalReference(reference),
        );
        return !used && host.images.delete(normalReference(reference));
      }),
  };
}

/** Reads all of it: what breaks off is not loaded. */
async function headerOf(
  tar: AsyncIterable<Uint8Array>,
  at: string,
): Promise<{ readonly reference: string; readonly id: string }> {
  let head = '';
  for await (const chunk of tar) if (!head.includes('\n')) head += Buffer.from(chunk).toString();
  const [line = ''] = head.split('\n');
  if (!line.startsWith('{')) throw new EngineError('pull-failed', `load an image on ${at}: unexpected EOF`);
  return JSON.parse(line) as { reference: string; id: string };
}
