import { z } from 'zod';

import type { Route } from './route.ts';

const answer = {
  permission: 'source-svc:repo:checkout',
  status: 200,
  /** A directory on the server's machine. */
  response: z.strictObject({ dir: z.string() }),
} as const;

export const sourceRoutes = {
  checkoutRepo: {
    summary: 'Fetches a repository at a branch, tag or commit; over https with token or password, or ssh with a key',
    ...answer,
    body: z.object({
      url: z.string(),
      /** `main` by default. */
      version: z.string().optional(),
      token: z.string().optional(),
      username: z.string().optional(),
      password: z.string().optional(),
      ssh_key: z.string().optional(),
      ssh_key_pwd: z.string().optional(),
    }),
    bodyJudgedBy: 'domain',
  },
  checkoutByQuery: {
    summary: 'The same for a public repository: what stands in an address is no place for secrets',
    ...answer,
    query: z.object({ url: z.string(), version: z.string().optional() }),
  },
} as const satisfies Record<string, Route>;
