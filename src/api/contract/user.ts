import { z } from 'zod';

import { ids } from './ids.ts';
import type { Route } from './route.ts';
import { app, contact, loginInput, registerInput, token, user, userRecord } from './user-schemas.ts';

export const userRoutes = {
  login: {
    summary: 'A token for slug and password',
    permission: 'public',
    body: loginInput,
    status: 200,
    response: z.strictObject({ token }),
  },
  register: {
    summary: 'A new account and a token for it',
    permission: 'public',
    body: registerInput,
    status: 200,
    response: z.strictObject({ token }),
  },
  refreshToken: {
    summary: 'A fresh token for a known one, expired or not',
    permission: 'authenticated',
    status: 200,
    response: z.strictObject({ token }),
  },
  publicKey: {
    summary: 'The key that tokens are verified with, as PEM',
    permission: 'public',
    status: 200,
    response: z.strictObject({ publicKey: z.string() }),
  },
  readSelf: {
    summary: 'The account of the token',
    permission: 'authenticated',
    body: z.object({ countTokens: z.boolean().nullish() }),
    status: 200,
    /** `contacts`: there when the account has one. */
    response: z.strictObject({
      user,
      roles: z.array(z.string()),
      contacts: z.array(contact).optional(),
      tokenCount: z.int(),
    }),
  },
  hasPermission: {
    summary: 'Whether the token holds a permission',
    permission: 'optional',
    params: z.object({ permission: z.string() }),
    status: 200,
    /** `until`: for how long the answer may be kept. */
    response: z.strictObject({ authorized: z.boolean(), appId: z.string(), until: z.string(), user, app }),
  },
  listApps: {
    summary: 'Apps by id or host; all of them needs a permission of its own',
    permission: 'authenticated',
    body: z.object({ ids: ids.nullish(), host: ids.nullish() }),
    status: 200,
    response: z.strictObject({ apps: z.array(app) }),
  },
  readApp: {
    summary: 'The app of a host; it is made when it is new',
    permission: 'authenticated',
    body: z.object({ host: z.string().nullish() }),
    status: 200,
    response: z.strictObject({ app }),
  },
  exchangeToken: {
    summary: 'A token of the same account for another app, on another device, or both',
    permission: 'authenticated',
    body: z.object({
      newAppHost: z.string().nullish(),
      newAppId: z.string().nullish(),
      newDevice: z.string().nullish(),
    }),
    status: 200,
    response: z.strictObject({ token }),
  },
  changePassword: {
    summary: 'Another password; every other token of the account is revoked',
    permission: 'user-svc:user:password-change',
    body: z.object({ currentPassword: z.string(), newPassword: z.string() }),
    bodyJudgedBy: 'domain',
    confidential: true,
    status: 200,
    response: z.strictObject({}),
  },
  listUsers: {
    summary: 'Accounts, page by page',
    permission: 'user-svc:user:view',
    asOf: true,
    body: z.object({
      ids: ids.nullish(),
      /** A slug, a name or a contact, as it is. */
      search: z.string().nullish(),
      contactId: z.string().nullish(),
      contactIds: ids.nullish(),
      /** 100 by default. */
      limit: z.int().min(0).max(1000).nullish(),
      /** The `after` of the page before. */
      afterTime: z.string().nullish(),
      order: z.enum(['asc', 'desc']).or(z.literal('')).nullish(),
      orderBy: z.enum(['createdAt', 'updatedAt']).or(z.literal('')).nullish(),
      count: z.boolean().nullish(),
    }),
    status: 200,
    /** `after`: the time of the last one. `count`: how many there are on all pages. */
    response: z.strictObject({ users: z.array(userRecord), after: z.string(), count: z.int() }),
  },
  revokeTokens: {
    summary: 'Revokes the tokens of the account: of one device, or all of them',
    permission: 'authenticated',
    body: z.object({ device: z.string().nullish(), userId: z.string().nullish(), allTokens: z.boolean().nullish() }),
    status: 200,
    response: z.strictObject({}),
  },
} as const satisfies Record<string, Route>;
