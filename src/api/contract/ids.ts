import { z } from 'zod';

/** Ids in one request at most. */
export const MAX_IDS = 1_000;

/** Ids, names or hosts that a request asks for. */
export const ids = z.array(z.string()).max(MAX_IDS, {
  error: ({ input }) =>
    `has ${Array.isArray(input) ? input.length : 'too many'} elements; at most ${MAX_IDS} are taken`,
});
