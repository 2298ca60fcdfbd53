import { parseDuration } from './duration.ts';

/** A moment as the server reads it: `10m` is the time ten minutes before `now`; anything else stays as it is. */
export function momentOf(text: string, now = Date.now()): string {
  const ago = parseDuration(text);
  // A bare number is a position.
  return ago === undefined || /^\d+$/.test(text) ? text : new Date(now - ago).toISOString();
}
