import { pause, type Clock } from './clock.ts';

/** Wakes one waiter; a ring while nobody waits is kept for the next. */
export interface Doorbell {
  ring(): void;
  /** Until somebody rings, the time is over, or the signal aborts. */
  wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void>;
}

export function doorbell(): Doorbell {
  let rung = false;
  let waiting: AbortController | undefined;
  return {
    ring() {
      rung = true;
      waiting?.abort();
    },
    async wait(clock, ms, signal) {
      waiting = new AbortController();
      if (!rung) await pause(clock, ms, AbortSignal.any([signal, waiting.signal]));
      rung = false;
    },
  };
}
