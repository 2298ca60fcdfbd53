import { z } from 'zod';

import { ids } from './ids.ts';

const data = z.record(z.string(), z.json());

/** A config as every client reads it: exactly these fields. `dataJson` is empty in answers; the data is in `data`. */
export const config = z.strictObject({
  id: z.string().min(1),
  appId: z.string(),
  branch: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  data,
  dataJson: z.string(),
  /** Of the last save. */
  version: z.string().optional(),
});
export type Config = z.infer<typeof config>;

/** A config as it was after one save. */
export const configVersion = config.extend({ versionId: z.string() });
export type ConfigVersion = z.infer<typeof configVersion>;

/** What configs to read. Ids in kebab-case mean those in camelCase. */
export const configQuery = z.object({
  appHost: z.string().optional(),
  ids: ids.nullish(),
  branch: z.string().nullish(),
  /** Id -> the paths (`database.host`) that are wanted of it; the whole of those that are not named. */
  selector: z.record(z.string(), z.array(z.string())).nullish(),
});

/** A save. `appHost` and `id` are for who may act on behalf of others. */
export const configInput = z.object({
  appHost: z.string().optional(),
  id: z.string().optional(),
  branch: z.string().optional(),
  data: data.optional(),
  dataJson: z.string().optional(),
  patch: z.array(z.object({ op: z.literal('remove'), path: z.string() })).optional(),
});
export type ConfigInput = z.infer<typeof configInput>;
