import { z } from 'zod';

/** A closed range of the log and its file, as in `Archive`. */
const range = {
  archiveId: z.string(),
  first: z.number().int(),
  last: z.number().int(),
  before: z.string(),
  hash: z.string(),
  file: z.string(),
  sha256: z.string(),
  bytes: z.number().int(),
};

/** Of the log itself: which closed ranges of it went to files, and came back. */
export const archiveEvents = { LogArchived: z.object(range), LogRestored: z.object(range) } as const;
