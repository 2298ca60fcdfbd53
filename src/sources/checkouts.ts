import { resolve } from 'node:path';

/** Where the checkouts of a process lie. */
export function checkoutsIn(dataDir: string): string {
  return resolve(dataDir, 'checkouts');
}
