import { z } from 'zod';

/** Passwords and tokens are no events: they live in tables of their own, hashed. */
export const userEvents = {
  UserRegistered: z.object({
    userId: z.string(),
    slug: z.string(),
    name: z.string().optional(),
    roles: z.array(z.string()),
    /** As the account says of itself; nobody verifies it. */
    contact: z.object({ id: z.string(), platform: z.string() }).optional(),
  }),
  PasswordChanged: z.object({ userId: z.string() }),
  /** Of one device, or all; `kept`: the id of the one that goes on. */
  TokensRevoked: z.object({ userId: z.string(), device: z.string().optional(), kept: z.string().optional() }),
} as const;
