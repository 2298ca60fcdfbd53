import { z } from 'zod';

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
export const secret = z.strictObject({ id: z.string().min(1), appId: z.string().min(1), value: z.string(), ...lists });
export type Secret = z.infer<typeof secret>;

/** A secret as it is written. `id`: its name. `value` may be left out where only the lists change. */
export const secretInput = z.object({
  id: z.string(),
  value: z.string().optional(),
  appHost: z.string().optional(),
  /** `value` was sealed by `encrypt`. */
  encrypted: z.boolean().optional(),
  /** Of the value in the clear, in hex. */
  checksum: z.string().optional(),
  checksumAlgorithm: z.string().optional(),
  ...z.object(lists).partial().shape,
});
export type SecretInput = z.infer<typeof secretInput>;

const byIds = { id: z.string().nullish(), ids: ids.nullish() };

export const secretRoutes = {
  listSecrets: {
    summary:
      'Secrets that the caller may read, with their values; those of one app unless an administrator asks for all',
    permission: 'secret-svc:secret:list',
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
