/** Items of several writers on their way to one reader. Holds so few that a slow reader makes the writers wait. */
export interface Channel<T> {
  /** Resolves when there is room for the next one: with false when nobody reads any more. */
  put(item: T): Promise<boolean>;
  /** Nothing more will come: the reader ends after what is held. With an error it throws that. */
  close(error?: Error): void;
  /** To be read once. */
  read(signal: AbortSignal): AsyncGenerator<T>;
}

export function createChannel<T>(capacity: number): Channel<T> {
  const held: T[] = [];
  let over = false;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  const waiting: (() => void)[] = [];
  const end = (): void => {
    over = true;
    wake?.();
    for (const resume of waiting.splice(0)) resume();
  };
  return {
    async put(item) {
      while (held.length >= capacity && !over) await new Promise<void>((resolve) => waiting.push(resolve));
      if (over) return false;
      held.push(item);
      wake?.();
      return true;
    },
    close(error) {
      failure ??= error;
      end();
    },
    async *read(signal) {
      signal.addEventListener('abort', end, { once: true });
      try {
        while (!signal.aborted) {
          const item = held.shift();
          if (item !== undefined) {
            waiting.shift()?.();
            yield item;
          } else if (over) {
            if (failure !== undefined) throw failure;
            return;
          } else {
            await new Promise<void>((resolve) => (wake = resolve));
          }
        }
      } finally {
        signal.removeEventListener('abort', end);
        end();
      }
    },
  };
}
