import { z } from 'zod';

import { ids } from './ids.ts';
import type { Route } from './route.ts';
import { app, loginInput, registerInput, token, user } from './user-schemas.ts';

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
    response: z.strictObject({ user, roles: z.array(z.string()), tokenCount: z.int() }),
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
  revokeTokens: {
    summary: 'Revokes the tokens of the account: of one device, or all of them',
    permission: 'authenticated',
    body: z.object({ device: z.string().nullish(), userId: z.string().nullish(), allTokens: z.boolean().nullish() }),
    status: 200,
    response: z.strictObject({}),
  },
} as const satisfies Record<string, Route>;
