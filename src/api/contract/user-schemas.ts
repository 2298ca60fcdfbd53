import { z } from 'zod';

export const app = z.strictObject({ id: z.string(), host: z.string() });

/** A token as every client reads it. `token` is the signed JWT; times are RFC 3339. */
export const token = z.strictObject({
  id: z.string(),
  appId: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  expiresAt: z.string(),
  lastRefreshedAt: z.string().optional(),
  userId: z.string(),
  device: z.string(),
  active: z.boolean(),
  token: z.string(),
  app,
});
export type Token = z.infer<typeof token>;

export const user = z.strictObject({
  id: z.string(),
  slug: z.string(),
  name: z.string().optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type User = z.infer<typeof user>;

/** How to reach an account, as it says itself. */
export const contact = z.strictObject({
  id: z.string(),
  userId: z.string(),
  platform: z.string(),
  handle: z.string(),
  verified: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type Contact = z.infer<typeof contact>;

/** An account in a list: with its own roles and those that it is enrolled in for the app of who asks. */
export const userRecord = user.extend({ roles: z.array(z.string()), contactIds: z.array(z.string()) });
export type UserRecord = z.infer<typeof userRecord>;

const contactInput = z.union([z.string(), z.object({ id: z.string(), platform: z.string().nullish() })]);

/**
 * Who wants to be let in: by slug, or by contact. Absent: app `unnamed`, device `unknown`. Other fields that clients send
 * (one-time passwords among them) are ignored.
 */
export const loginInput = z.object({
  slug: z.string().optional(),
  contact: contactInput.nullish(),
  password: z.string().optional(),
  appHost: z.string().optional(),
  device: z.string().optional(),
});

export const registerInput = loginInput.extend({ name: z.string().optional() });
