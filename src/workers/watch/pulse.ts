import { pause, type Clock } from '../../clock.ts';
import type { Engine } from '../../engine/engine.ts';

/** How often a living engine is asked for an answer. */
const BEAT_MS = 500;
/** How long one answer may take before the engine is asked anew. */
const ANSWER_MS = 800;
/** A pause of 4 s, begun just after an answer, ends up to half a second later: it must not count as a loss. */
export const LOST_AFTER_MS = 4_600;

/** When an engine last answered, on the monotonic clock. */
export class Pulse {
  readonly #engine: Engine;
  #answeredAt = performance.now();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Milliseconds since the last answer, or since the watch began. */
  get silentMs(): number {
    return Math.round(performance.now() - this.#answeredAt);
  }

  get lost(): boolean {
    return this.silentMs >= LOST_AFTER_MS;
  }

  /** Asks once. Throws when no answer comes in time, at the latest when the silence becomes a loss. */
  async ask(signal: AbortSignal): Promise<void> {
    const within = this.lost ? ANSWER_MS : Math.min(ANSWER_MS, Math.max(1, LOST_AFTER_MS - this.silentMs));
    await this.#engine.ping(AbortSignal.any([signal, AbortSignal.timeout(within)]));
    this.#answeredAt = performance.now();
  }

  /** Asks again and again; throws when an answer stays away. Returns when the signal aborts. */
  async beat(clock: Clock, signal: AbortSignal, onAnswer: () => void): Promise<void> {
    while (!signal.aborted) {
      await this.ask(signal);
      onAnswer();
      await pause(clock, BEAT_MS, signal);
    }
  }
}
