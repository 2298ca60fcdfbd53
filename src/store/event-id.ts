import { randomUUID } from 'node:crypto';

/**
 * A UUID version 7 (RFC 9562): the time in milliseconds, then random bits. Ids of one batch lie next to each other in
 * the index. The random bits, and the variant in front of them, are those of a version 4.
 */
export function newEventId(at: number): string {
  const time = at.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
