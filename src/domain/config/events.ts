import { z } from 'zod';

const named = { configKey: z.string(), appId: z.string(), appHost: z.string(), id: z.string(), branch: z.string() };

export const configEvents = {
  /** `data`: the whole, as it is after this save. A config is public to whoever can reach the API; it holds no secrets. */
  ConfigSaved: z.object({ ...named, versionId: z.string(), data: z.record(z.string(), z.json()) }),
} as const;
