import { EngineError } from '../engine-error.ts';
import type { DockerApi } from './docker-api.ts';
import { isNotFound, toEngineError, translate } from './failure.ts';
import { linesOf } from './json-lines.ts';

interface Message {
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
}

const pathOf = (reference: string, action: string): string => `/images/${encodeURIComponent(reference)}/${action}`;

/** See `Engine.imageId`. */
export function imageId(api: DockerApi, reference: string, signal?: AbortSignal): Promise<string | undefined> {
  const options = { signal, deadline: api.deadlines.read };
  return translate(`inspect image ${reference} on ${api.url}`, signal, async () => {
    try {
      return ((await api.call({ method: 'GET', path: pathOf(reference, 'json') }, options)) as { Id: string }).Id;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  });
}

/** See `Engine.saveImage`. */
export async function* saveImage(api: DockerApi, reference: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const operation = `save ${reference} on ${api.url}`;
  const { buildIdle } = api.deadlines;
  try {
    // The engine puts the whole tar together before its first byte.
    const options = { signal, openDeadline: buildIdle, idleDeadline: buildIdle };
    yield* api.stream({ method: 'GET', path: pathOf(reference, 'get') }, options);
  } catch (error) {
    throw toEngineError(operation, signal, error, ({ status }) => (status === 404 ? 'image-not-found' : undefined));
  }
}

/** See `Engine.loadImage`. */
export function loadImage(api: DockerApi, tar: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
  const operation = `load an image on ${api.url}`;
  const { buildIdle } = api.deadlines;
  const options = { signal, openDeadline: buildIdle, idleDeadline: buildIdle, upload: tar };
  const request = { method: 'POST', path: '/images/load', query: { quiet: true } } as const;
  return translate(operation, signal, () => readMessages(api.stream(request, options), operation, 'pull-failed'));
}

/** See `Engine.pushImage`. */
export function pushImage(api: DockerApi, reference: string, signal?: AbortSignal): Promise<void> {
  const operation = `push ${reference} from ${api.url}`;
  const { pullIdle } = api.deadlines;
  const options = { signal, openDeadline: pullIdle, idleDeadline: pullIdle };
  const { name, tag } = partsOf(reference);
  const request = { method: 'POST', path: pathOf(name, 'push'), query: { tag }, anonymous: true } as const;
  return translate(operation, signal, () => readMessages(api.stream(request, options), operation, 'refused'));
}

/** See `Engine.removeImage`. */
export function removeImage(api: DockerApi, reference: string, signal?: AbortSignal): Promise<boolean> {
  const options = { signal, deadline: api.deadlines.change };
  const request = { method: 'DELETE', path: `/images/${encodeURIComponent(reference)}` } as const;
  return translate(`remove image ${reference} on ${api.url}`, signal, async () => {
    try {
      await api.call(request, options);
      return true;
    } catch (error) {
      // 409: a container uses it.
      if (isNotFound(error) || (error instanceof Error && 'status' in error && error.status === 409)) return false;
      throw error;
    }
  });
}

async function readMessages(
  answer: AsyncIterable<Buffer>,
  operation: string,
  code: 'pull-failed' | 'refused',
): Promise<void> {
  for await (const line of linesOf(answer)) {
    const message = JSON.parse(line) as Message;
    const words = message.errorDetail?.message ?? message.error;
    if (words === undefined) continue;
    const absent = /does not exist locally/.test(words);
    throw new EngineError(absent ? 'image-not-found' : code, `${operation}: ${words}`);
  }
}

/** The tag stands behind the last colon, unless that belongs to the registry's port. */
function partsOf(reference: string): { readonly name: string; readonly tag: string } {
  const colon = reference.lastIndexOf(':');
  if (colon <= reference.lastIndexOf('/')) return { name: reference, tag: 'latest' };
  return { name: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}
