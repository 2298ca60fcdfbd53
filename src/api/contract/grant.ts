import { z } from 'zod';

import { ids } from './ids.ts';
import type { Route } from './route.ts';

/** A permit as every client reads it; one that gives several permissions is listed once for each. */
export const permit = z.strictObject({
  id: z.string(),
  appId: z.string(),
  permission: z.string(),
  slugs: z.array(z.string()),
  roles: z.array(z.string()),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type Permit = z.infer<typeof permit>;

/** A permit to save: `permission`, `permissions` or both; `slugs`, `roles` or both. */
export const permitInput = z.object({
  id: z.string().optional(),
  appHost: z.string().optional(),
  permission: z.string().optional(),
  permissions: z.array(z.string()).optional(),
  slugs: z.array(z.string()).optional(),
  roles: z.array(z.string()).optional(),
});
export type PermitInput = z.infer<typeof permitInput>;

/** An enroll as every client reads it. */
export const enroll = z.strictObject({
  id: z.string(),
  appId: z.string(),
  role: z.string(),
  userId: z.string().optional(),
  contactId: z.string().optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type Enroll = z.infer<typeof enroll>;

/** An enroll to save: of an account or of a contact. */
export const enrollInput = z.object({
  id: z.string().optional(),
  appHost: z.string().optional(),
  role: z.string(),
  userId: z.string().optional(),
  contactId: z.string().optional(),
});
export type EnrollInput = z.infer<typeof enrollInput>;

const byIds = z.object({ ids });

export const grantRoutes = {
  savePermits: {
    summary: 'Gives permissions to accounts and roles; each saver only what they own or may pass on',
    permission: 'authenticated',
    body: z.object({ permits: z.array(permitInput) }),
    bodyJudgedBy: 'domain',
    status: 200,
    response: z.strictObject({}),
  },
  listPermits: {
    summary: 'Who was given which permissions',
    permission: 'user-svc:permit:view',
    asOf: true,
    body: z.object({ permission: z.string().nullish(), slug: z.string().nullish() }),
    status: 200,
    response: z.strictObject({ permits: z.array(permit) }),
  },
  removePermits: {
    summary: 'Takes permits back; ids that do not exist are no error',
    permission: 'authenticated',
    body: byIds,
    status: 200,
    response: z.strictObject({}),
  },
  saveEnrolls: {
    summary: 'Gives roles to accounts and contacts; each saver only those that they own or may pass on',
    permission: 'authenticated',
    body: z.object({ enrolls: z.array(enrollInput) }),
    bodyJudgedBy: 'domain',
    status: 200,
    response: z.strictObject({ enrolls: z.array(enroll) }),
  },
  listEnrolls: {
    summary: 'Who was given which roles: one’s own, those in roles that one owns, or all',
    permission: 'authenticated',
    asOf: true,
    body: z.object({ role: z.string().nullish(), userId: z.string().nullish(), contactId: z.string().nullish() }),
    status: 200,
    response: z.strictObject({ enrolls: z.array(enroll) }),
  },
  removeEnrolls: {
    summary: 'Takes enrolls back; ids that do not exist are no error',
    permission: 'authenticated',
    body: byIds,
    status: 200,
    response: z.strictObject({}),
  },
} as const satisfies Record<string, Route>;
