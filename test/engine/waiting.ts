import type { EngineEvent } from '../../src/engine/engine.ts';

/** Takes items until one passes `last`, inclusive. Fails when the deadline (milliseconds) passes or the items end before. */
export async function takeUntil<T>(
  items: AsyncIterable<T>,
  last: (item: T) => boolean,
  deadline = 15_000,
): Promise<readonly T[]> {
  const taken: T[] = [];
  const iterator = items[Symbol.asyncIterator]();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`not within ${deadline} ms; so far ${JSON.stringify(taken)}`)),
    deadline,
  );
  try {
    for (;;) {
      const result = await Promise.race([iterator.next(), late.promise]);
      if (result.done) throw new Error(`ended before; so far ${JSON.stringify(taken)}`);
      taken.push(result.value);
      if (last(result.value)) return taken;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** All items. */
export async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** `start`, `die 3`, `health healthy` …, for comparing sequences. */
export function tellEvent(event: EngineEvent): string {
  return [event.type, event.exitCode, event.health].filter((part) => part !== undefined).join(' ');
}
