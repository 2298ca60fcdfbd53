// An engine that is a peer at the same time is followed past the product's own engine port.
// oxlint-disable-next-line no-restricted-imports
import type Docker from 'dockerode';

import { linesOf } from '../../src/engine/docker/json-lines.ts';

/** How long a bench waits for what it watches for. */
const DEADLINE_MS = 120_000;

/** What happened to a container: `start`, `die`, `destroy`. */
export interface ContainerEvent {
  readonly action: string;
  readonly containerId: string;
}

type Match = (event: ContainerEvent, labels: Readonly<Record<string, string>>) => boolean;

/** What an engine says of all its containers, as it happens. */
export interface ContainerFeed extends AsyncDisposable {
  /** Resolves at the so-manieth (first) matching event from now on, with the monotonic time at which it came, in milliseconds. */
  watch(match: Match, options?: { readonly count?: number }): Promise<number>;
}

interface Watch {
  readonly match: Match;
  left: number;
  readonly resolve: (at: number) => void;
}

interface Message {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/** Follows an engine's event stream until disposed. */
export async function openFeed(docker: Docker): Promise<ContainerFeed> {
  const stream = await docker.getEvents({ filters: { type: ['container'] } });
  const watches = new Set<Watch>();
  const following = follow(stream as AsyncIterable<Buffer>, watches);
  return {
    watch(match, { count = 1 } = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const watch = { match, left: count, resolve };
      const timer = setTimeout(() => {
        watches.delete(watch);
        reject(new Error(`${watch.left} of ${count} containers did not do so within ${DEADLINE_MS} ms`));
      }, DEADLINE_MS);
      watches.add(watch);
      return promise.finally(() => clearTimeout(timer));
    },
    async [Symbol.asyncDispose]() {
      (stream as unknown as { destroy(): void }).destroy();
      await following;
    },
  };
}

async function follow(stream: AsyncIterable<Buffer>, watches: Set<Watch>): Promise<void> {
  try {
    for await (const line of linesOf(stream)) tell(JSON.parse(line) as Message, watches);
  } catch (error) {
    // That is how a stream ends that is closed from this side.
    if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

function tell({ Action: action, Actor: { ID: containerId, Attributes: labels } }: Message, watches: Set<Watch>): void {
  const at = performance.now();
  for (const watch of watches) {
    if (!watch.match({ action, containerId }, labels)) continue;
    watch.left -= 1;
    if (watch.left > 0) continue;
    watches.delete(watch);
    watch.resolve(at);
  }
}
