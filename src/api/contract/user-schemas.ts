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

/** Who wants to be let in. Absent: app `unnamed`, device `unknown`. Other fields that clients send are ignored. */
export const loginInput = z.object({
  slug: z.string().optional(),
  password: z.string().optional(),
  appHost: z.string().optional(),
  device: z.string().optional(),
});

export const registerInput = loginInput.extend({ name: z.string().optional() });
