import { z } from 'zod';

import { SECRET_NAME } from '../../domain/secret/name.ts';
import { CHECKSUM_ALGORITHMS } from '../../domain/secret/parse.ts';
import { ids } from './ids.ts';
import type { Route } from './route.ts';

const slugs = z.array(z.string()).nullable();
const lists = {
  readers: slugs,
  writers: slugs,
  deleters: slugs,
  canChangeReaders: slugs,
  canChangeWriters: slugs,
  canChangeDeleters: slugs,
} as const;

/** A secret as every client reads it, its value in the clear. A list that is null names nobody but administrators. */
export const secret = z.strictObject({
  id: z.string().min(1),
  appId: z.string().min(1),
  /** Empty as of a moment: values are not kept. */
  value: z.string(),
  ...lists,
  /** As of a moment alone. Keyed: two values of one secret differ in it, and nothing is told of either. */
  fingerprint: z.string().optional(),
  /** As of a moment alone: 1, 2, 3 … with every new value. */
  version: z.int().optional(),
});
export type Secret = z.infer<typeof secret>;

/** A secret as it is written. `id`: its name, once called `key`. `value` may be left out where only the lists change. */
export const secretInput = z
  .object({
    id: z
      .string()
      .regex(SECRET_NAME)
      .meta({ description: 'The name that {{secret:name}} refers to.', examples: ['db-password'] }),
    value: z
      .string()
      .optional()
      .meta({
        description: 'The value, in the clear or sealed. Absent: it stays as it is.',
        examples: ['correct horse'],
      }),
    key: z
      .string()
      .optional()
      .meta({ description: 'What id was called once; it has to say the same.', examples: ['db-password'] }),
    appHost: z
      .string()
      .optional()
      .meta({
        description: 'The host of the app that it belongs to. Absent: the one that is logged in to.',
        examples: ['shop.example'],
      }),
    encrypted: z
      .boolean()
      .optional()
      .meta({ description: 'The value was sealed by oo secret encrypt.', default: false, examples: [true] }),
    checksum: z
      .string()
      .optional()
      .meta({
        description: 'Of the value in the clear, in hex: what does not fit is refused.',
        examples: ['cbf43926'],
      }),
    checksumAlgorithm: z
      .enum(CHECKSUM_ALGORITHMS)
      .optional()
      .meta({
        description: 'How the checksum was made.',
        default: 'CRC32',
        examples: ['SHA-256'],
      }),
    readers: slugsInput('may read it'),
    writers: slugsInput('may change its value'),
    deleters: slugsInput('may remove it'),
    canChangeReaders: slugsInput('may change readers'),
    canChangeWriters: slugsInput('may change writers'),
    canChangeDeleters: slugsInput('may change deleters'),
  })
  .meta({ description: 'A value that containers are given and the log never sees.' });

function slugsInput(what: string): z.ZodOptional<typeof slugs> {
  return slugs.optional().meta({
    description: `Slugs of the accounts that ${what}, besides administrators.`,
    examples: [['my-service']],
  });
}
export type SecretInput = z.infer<typeof secretInput>;

const name = z.string().nullish();
const names = ids.nullish();
/** `key` and `keys` are what `id` and `ids` were called once: passed over, they would list or keep what was not meant. */
const byIds = { id: name, ids: names, key: name, keys: names };

export const secretRoutes = {
  listSecrets: {
    summary:
      'Secrets that the caller may read, with their values but of the past; those of one app unless an administrator asks for all',
    permission: 'secret-svc:secret:list',
    asOf: true,
    body: z.object({ ...byIds, allApps: z.boolean().nullish() }),
    status: 200,
    response: z.strictObject({ secrets: z.array(secret) }),
  },
  saveSecrets: {
    summary: 'Creates or changes secrets, all of them or none',
    permission: 'secret-svc:secret:save',
    body: z.object({ secrets: z.array(secretInput) }),
    bodyJudgedBy: 'domain',
    confidential: true,
    status: 200,
    response: z.strictObject({}),
  },
  removeSecrets: {
    summary: "Removes secrets; what does not exist, or is not the caller's to remove, is passed over",
    permission: 'secret-svc:secret:remove',
    body: z.object(byIds),
    status: 200,
    response: z.strictObject({}),
  },
  encryptValue: {
    summary: 'Seals a value for a file; it is saved with "encrypted": true',
    permission: 'secret-svc:secret:save',
    body: z.object({ value: z.string().nullish() }),
    confidential: true,
    status: 200,
    response: z.object({ value: z.string() }),
  },
  decryptValue: {
    summary: 'Opens what encrypt has sealed',
    permission: 'secret-svc:secret:save',
    body: z.object({ value: z.string().nullish() }),
    confidential: true,
    status: 200,
    response: z.object({ value: z.string() }),
  },
  isSecure: {
    summary: 'Whether a key of its own is set: false while the one that everybody knows is used',
    permission: 'secret-svc:secret:save',
    status: 200,
    response: z.strictObject({ isSecure: z.boolean() }),
  },
} as const satisfies Record<string, Route>;
