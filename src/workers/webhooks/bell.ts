import { type Clock, pause } from '../../clock.ts';

/** Wakes one who waits. */
export interface Bell {
  ring(): void;
  /** Resolves when it was rung since the last wait, after `ms` milliseconds, or when the signal aborts. */
  wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void>;
}

/** It has been rung already: whoever waits first looks at once. */
export function openBell(): Bell {
  let rung = new AbortController();
  rung.abort();
  return {
    ring: () => rung.abort(),
    async wait(clock, ms, signal) {
      await pause(clock, ms, AbortSignal.any([rung.signal, signal]));
      rung = new AbortController();
    },
  };
}
