const FIRST_MS = 1_000;
/** Nobody waits longer for another try, whatever the receiver asks for. */
export const LONGEST_MS = 60_000;

/**
 * Milliseconds to wait after so many failures in a row (from 1 on): from 1 s doubling to 60 s, of which the half is chance,
 * so that those who were refused together do not come back together. `random`: from 0 up to 1. `asked`: what the receiver
 * has asked for, which is heard as far as it is not longer than the longest.
 */
export function backoffMs(failures: number, random: number, asked = 0): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 30));
  return Math.max(full / 2 + (full / 2) * random, Math.min(asked, LONGEST_MS));
}
