import { z } from 'zod';

/** Passwords and tokens are no events: they live in tables of their own, hashed. */
export const userEvents = {
  UserRegistered: z.object({
    userId: z.string(),
    slug: z.string(),
    name: z.string().optional(),
    roles: z.array(z.string()),
  }),
} as const;
