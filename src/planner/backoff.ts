import { unitHash } from './hash.ts';

const FIRST_MS = 1_000;
const MOST_MS = 60_000;
/** Share of the delay by which it is shortened at random, so that what failed together does not come back together. */
const JITTER = 0.2;

/** Milliseconds to wait after so many failures in a row: none after the first, then 1 s doubling to 60 s, with jitter. */
export function backoffMs(failures: number, replicaId: string): number {
  if (failures <= 1) return 0;
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures - 2, 16));
  return Math.round(full * (1 - JITTER * unitHash(`${replicaId}/${failures}`)));
}
