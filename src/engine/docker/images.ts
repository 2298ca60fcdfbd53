import type { BuildOptions, PullProgress } from '../engine.ts';
import { EngineError, type EngineErrorCode } from '../engine-error.ts';
import type { DockerApi } from './docker-api.ts';
import { isNotFound, toEngineError, translate } from './failure.ts';
import { linesOf } from './json-lines.ts';
import { createPullProgress, type PullMessage } from './pull-progress.ts';

const BUILD_WORDS = 20;

/** See `Engine.hasImage`. */
export function hasImage(api: DockerApi, reference: string, signal?: AbortSignal): Promise<boolean> {
  const options = { signal, deadline: api.deadlines.read };
  const work = async (): Promise<boolean> => {
    try {
      await api.call({ method: 'GET', path: `/images/${encodeURIComponent(reference)}/json` }, options);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  };
  return translate(`inspect image ${reference} on ${api.url}`, signal, work);
}

/** See `Engine.pull`. */
export function pullImage(
  api: DockerApi,
  reference: string,
  onProgress?: (progress: PullProgress) => void,
  signal?: AbortSignal,
): Promise<void> {
  const operation = `pull ${reference} on ${api.url}`;
  const request = { method: 'POST', path: '/images/create', query: { fromImage: withTag(reference) } } as const;
  const { pullIdle } = api.deadlines;
  const progress = createPullProgress();
  const work = async (): Promise<void> => {
    for await (const line of linesOf(api.stream(request, { signal, openDeadline: pullIdle, idleDeadline: pullIdle }))) {
      const message = JSON.parse(line) as PullMessage;
      const words = message.errorDetail?.message ?? message.error;
      if (words !== undefined) throw new EngineError(pullCode(words), `${operation}: ${words}`);
      onProgress?.(progress(message));
    }
  };
  return translate(operation, signal, work, (failure) => pullCode(failure.message));
}

/** Without a tag the engine would pull every tag there is. */
function withTag(reference: string): string {
  const lastPart = reference.slice(reference.lastIndexOf('/') + 1);
  return /[:@]/.test(lastPart) ? reference : `${reference}:latest`;
}

/** Tells apart, by the registry's words, what is not there (or not for us) from what did not work. */
export function pullCode(words: string): EngineErrorCode {
  const absent =
    /manifest unknown|name unknown|repository does not exist|repository .* not found|access denied|manifest for .* not found|: not found$/i;
  return absent.test(words) ? 'image-not-found' : 'pull-failed';
}

interface BuildMessage {
  readonly stream?: string;
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
}

/** See `Engine.build`. */
export async function buildImage(
  api: DockerApi,
  context: AsyncIterable<Uint8Array>,
  tag: string,
  onLine?: (line: string) => void,
  signal?: AbortSignal,
  { memoryBytes, labels }: BuildOptions = {},
): Promise<void> {
  const operation = `build ${tag} on ${api.url}`;
  const { buildIdle } = api.deadlines;
  const source = watched(context);
  const options = { signal, openDeadline: buildIdle, idleDeadline: buildIdle, upload: source.chunks };
  // Version 1 is the classic builder: it takes a plain tar, needs no session, and every engine still has it.
  const limits = memoryBytes === undefined ? {} : { memory: memoryBytes, memswap: memoryBytes };
  const query = {
    t: tag,
    version: '1',
    rm: true,
    forcerm: true,
    ...limits,
    ...(labels === undefined ? {} : { labels }),
  };
  const last: string[] = [];
  try {
    for await (const line of linesOf(api.stream({ method: 'POST', path: '/build', query }, options))) {
      const message = JSON.parse(line) as BuildMessage;
      for (const text of (message.stream ?? '').split('\n').filter((each) => each.trim() !== '')) {
        onLine?.(text);
        last.push(text);
      }
      last.splice(0, last.length - BUILD_WORDS);
      const words = message.errorDetail?.message ?? message.error;
      if (words !== undefined) throw new EngineError('build-failed', [`${operation}: ${words}`, ...last].join('\n'));
    }
  } catch (error) {
    if (source.failure !== undefined) throw source.failure.error;
    throw toEngineError(operation, signal, error, () => 'build-failed');
  }
}

/** Remembers that the context itself failed: that is the caller's error and not the engine's. */
function watched(context: AsyncIterable<Uint8Array>): {
  chunks: AsyncIterable<Uint8Array>;
  failure?: { error: unknown };
} {
  const source: { chunks: AsyncIterable<Uint8Array>; failure?: { error: unknown } } = { chunks: read() };
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      yield* context;
    } catch (error) {
      source.failure = { error };
      throw error;
    }
  }
  return source;
}
