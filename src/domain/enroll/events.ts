import { z } from 'zod';

export const enrollEvents = {
  /** `userId` or `contactId`: who gets the role. `appHost`: `*` for all apps. */
  EnrollSaved: z.object({
    enrollId: z.string(),
    appId: z.string(),
    appHost: z.string(),
    role: z.string(),
    userId: z.string().optional(),
    contactId: z.string().optional(),
  }),
  EnrollRemoved: z.object({ enrollId: z.string() }),
} as const;
