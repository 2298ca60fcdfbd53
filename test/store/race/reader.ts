import type { RacedLog, Seen } from './raced-log.ts';

/** A reader under way. */
export interface Reader {
  readonly from: number;
  readonly polling: boolean;
  readonly seen: readonly Seen[];
  /** Resolves when the reader has come to this position; rejects when the signal aborts first. */
  finish(head: number, signal: AbortSignal): Promise<void>;
}

/** Follows the log from a position. `onSeen` is awaited after each event. */
export function startReader(
  log: RacedLog,
  { from, polling, onSeen }: { from: number; polling: boolean; onSeen?: (count: number) => Promise<void> },
): Reader {
  const seen: Seen[] = [];
  const stop = new AbortController();
  let until = Number.POSITIVE_INFINITY;
  const reached = (): boolean => (seen.at(-1)?.position ?? from) >= until;
  const running = (async () => {
    for await (const event of log.follow(from, stop.signal, { polling })) {
      seen.push(event);
      await onSeen?.(seen.length);
      if (reached()) return;
    }
  })();
  // It is awaited in the end; a failure before that must not end the process.
  running.catch(() => undefined);
  return {
    from,
    polling,
    seen,
    async finish(head, signal) {
      until = head;
      if (reached()) stop.abort();
      const late = new Promise<never>((_, reject) => {
        const fail = (): void => reject(new Error(`a reader is at ${seen.at(-1)?.position} of ${head}`));
        if (signal.aborted) fail();
        else signal.addEventListener('abort', fail, { once: true });
      });
      try {
        await Promise.race([running, late]);
      } finally {
        stop.abort();
      }
    },
  };
}

/** What is wrong with what a reader saw, measured by what is stored. All zero: each once, in order. */
export interface Misread {
  readonly lost: number;
  readonly twice: number;
  readonly disordered: number;
  readonly foreign: number;
}

export function misreadOf({ from, seen }: Reader, all: readonly Seen[]): Misread {
  const stored = new Set(all.filter(({ position }) => position > from).map(({ marker }) => marker));
  const markers = new Set(seen.map(({ marker }) => marker));
  return {
    lost: [...stored].filter((marker) => !markers.has(marker)).length,
    twice: seen.length - markers.size,
    disordered: seen.filter(({ position }, index) => position <= (seen[index - 1]?.position ?? from)).length,
    foreign: [...markers].filter((marker) => !stored.has(marker)).length,
  };
}
