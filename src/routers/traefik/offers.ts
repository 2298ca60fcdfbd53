/** A table that a poll was answered with. */
export interface Offer {
  readonly position: number;
  /** Seconds, by the database's clock. */
  readonly at: number;
}

/** How long Traefik may take from an answer to having it in force: it waits for 2 s by default for more (`providersThrottleDuration`). */
export const SETTLE_SECONDS = 3;
/** A Traefik that has not polled for so many intervals is not waited for. */
export const LEASE_INTERVALS = 3;

/**
 * What follows from one more poll. Who polls again has taken what it was given the last time, and has it in force once it had the time for
 * that. `offers`: not acknowledged yet, the oldest first.
 */
export function polled(
  offers: readonly Offer[],
  acknowledged: number,
  now: number,
): { readonly acknowledged: number; readonly offers: readonly Offer[] } {
  const due = offers.filter(({ at }) => at + SETTLE_SECONDS <= now);
  return {
    acknowledged: Math.max(acknowledged, ...due.map(({ position }) => position)),
    offers: offers.filter((offer) => !due.includes(offer)),
  };
}
