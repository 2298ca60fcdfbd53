const FIRST_MS = 25;
const MOST_MS = 1_000;

/** Milliseconds before the next question while a replica comes up: 25 ms doubling to 1 s, and never more than the period. */
export function startPaceMs(asked: number, periodMs: number): number {
  return Math.min(periodMs, MOST_MS, FIRST_MS * 2 ** Math.min(asked, 16));
}
