import { z } from 'zod';

import { ids } from './ids.ts';

/** Whatever JSON can say. */
export const jsonValue = z.json();
const data = z.record(z.string(), jsonValue);

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
export const configInput = z
  .object({
    appHost: z
      .string()
      .max(255)
      .optional()
      .meta({
        description: 'The host of the app that it belongs to. Absent: the one that is logged in to.',
        examples: ['shop.example'],
      }),
    id: z
      .string()
      .optional()
      .meta({
        description: 'Whose config, in kebab-case or camelCase; only an administrator says it. Absent: the own one.',
        examples: ['my-svc'],
      }),
    branch: z
      .string()
      .optional()
      .meta({ description: 'The branch; each has data of its own.', default: 'main', examples: ['next'] }),
    data: data.optional().meta({
      description:
        'What is laid over the data that is there: objects key by key, everything else replaces. No secrets.',
      examples: [{ database: { host: 'db.internal', port: 5432 } }],
    }),
    dataJson: z
      .string()
      .optional()
      .meta({ description: 'Not read when saving: use data.', deprecated: true, examples: ['{}'] }),
    patch: z
      .array(
        z
          .object({
            op: z.literal('remove').meta({ description: 'What is done.', examples: ['remove'] }),
            path: z.string().meta({ description: 'What is removed, as a JSON Pointer.', examples: ['/database/port'] }),
          })
          .meta({ description: 'One removal.' }),
      )
      .optional()
      .meta({ description: 'What is removed before data is laid over the rest.' }),
  })
  .meta({ description: 'What a service is set up with, per app and branch. Anybody may read it.' });
export type ConfigInput = z.infer<typeof configInput>;
