import { expect } from 'vitest';

// Vitest types its matchers as any, which would switch the checks off for all that holds one.

/** Matches any instance of the class, or any value of the primitive's type. */
export const anyOf = (type: unknown): unknown => expect.any(type);
/** Matches text that contains the part. */
export const containing = (part: string): unknown => expect.stringContaining(part);
/** Matches text that the pattern matches. */
export const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

/** What the promise rejects with. Rejects itself when the promise does not. Listens at once, so nothing is unhandled. */
export function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error: unknown) => error,
  );
}
