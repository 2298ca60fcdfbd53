import { z } from 'zod';

export const permitEvents = {
  /** The whole, as it is after this save. `appHost`: `*` for all apps. */
  PermitSaved: z.object({
    permitId: z.string(),
    appId: z.string(),
    appHost: z.string(),
    permissions: z.array(z.string()),
    slugs: z.array(z.string()),
    roles: z.array(z.string()),
  }),
  PermitRemoved: z.object({ permitId: z.string() }),
} as const;
