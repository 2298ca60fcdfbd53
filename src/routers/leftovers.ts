import { pause, systemClock } from '../clock.ts';
import { doorbell } from '../doorbell.ts';
import type { InFlight } from '../routing/router.ts';

/** How often a proxy is looked at while something is under way at what was let go of. */
const LOOK_MS = 100;

/** What a proxy was last said to have under way, and whether it has become less. */
export interface Leftovers {
  /** It has been told. */
  told(inFlight: InFlight): void;
  /** Until a look finds less than what was told last. `look` may throw: then there is nothing to be said. */
  settled(look: () => Promise<InFlight>, signal: AbortSignal): Promise<void>;
}

/** For proxies that have to be asked what is under way. */
export function leftovers(): Leftovers {
  let last: InFlight = new Map();
  const something = doorbell();
  return {
    told(inFlight) {
      last = inFlight;
      if (inFlight.size > 0) something.ring();
    },
    async settled(look, signal) {
      while (!signal.aborted) {
        if (last.size === 0) await something.wait(systemClock, IDLE_MS, signal);
        else await pause(systemClock, LOOK_MS, signal);
        const before = last;
        if (signal.aborted || before.size === 0) continue;
        try {
          const now = await look();
          if (before === last && [...before].some(([key, count]) => (now.get(key) ?? 0) < count)) return;
        } catch {
          // The beat of the router asks the same, and says what is wrong.
        }
      }
    },
  };
}

/** A ring ends the wait; this is for nothing to be waited for without an end. */
const IDLE_MS = 60_000;
