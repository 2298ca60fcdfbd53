import { z } from 'zod';

const slugs = z.array(z.string()).optional();

/** Slugs of accounts; a list that is absent names nobody. Administrators may do everything. */
export const secretAccess = z.object({
  readers: slugs,
  writers: slugs,
  deleters: slugs,
  canChangeReaders: slugs,
  canChangeWriters: slugs,
  canChangeDeleters: slugs,
});
export type SecretAccess = z.infer<typeof secretAccess>;

/** Values are no events: they lie sealed in a table of their own. */
export const secretEvents = {
  /** `fingerprint`: keyed, so that it says nothing of the value; another one for each version. */
  SecretSaved: z.object({
    app: z.string(),
    name: z.string(),
    fingerprint: z.string(),
    version: z.number().int(),
    access: secretAccess,
  }),
  SecretRemoved: z.object({ app: z.string(), name: z.string() }),
} as const;
