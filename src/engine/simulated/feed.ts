/** Items in order, with readers that wait for the next one. Remembers the last `memory` of them. */
export interface Feed<T> {
  push(item: T): void;
  /** No more items will come: readers end after the last one. */
  close(): void;
  /** Breaks off the present readers with `error` and goes on. */
  break(error: Error): void;
  /** Forgets what it remembers. */
  forget(): void;
  /** What is remembered, oldest first. */
  readonly items: readonly T[];
  /** The items remembered that pass `from`, and those to come. Subscribes at once. Ends when the signal aborts. */
  read(from: (items: readonly T[]) => readonly T[], signal?: AbortSignal): AsyncGenerator<T>;
}

interface Reader<T> {
  readonly queue: T[];
  end?: { readonly error?: Error };
  wake: () => void;
}

export function createFeed<T>(memory: number): Feed<T> {
  let items: T[] = [];
  let closed = false;
  const readers = new Set<Reader<T>>();
  const endAll = (end: { readonly error?: Error }): void => {
    for (const reader of readers) {
      reader.end ??= end;
      reader.wake();
    }
    readers.clear();
  };
  return {
    push(item) {
      items.push(item);
      if (items.length > memory) items = items.slice(-memory);
      for (const reader of readers) {
        reader.queue.push(item);
        reader.wake();
      }
    },
    close() {
      closed = true;
      endAll({});
    },
    break: (error) => endAll({ error }),
    forget: () => (items = []),
    get items() {
      return items;
    },
    read(from, signal) {
      const reader: Reader<T> = { queue: [...from(items)], wake: () => undefined };
      if (closed) reader.end = {};
      else readers.add(reader);
      return drain(reader, () => readers.delete(reader), signal);
    },
  };
}

async function* drain<T>(reader: Reader<T>, leave: () => void, signal?: AbortSignal): AsyncGenerator<T> {
  const abort = (): void => reader.wake();
  signal?.addEventListener('abort', abort);
  try {
    while (!signal?.aborted) {
      const item = reader.queue.shift();
      if (item !== undefined) {
        yield item;
      } else if (reader.end !== undefined) {
        if (reader.end.error !== undefined) throw reader.end.error;
        return;
      } else {
        await new Promise<void>((resolve) => (reader.wake = resolve));
      }
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    leave();
  }
}
