import { z } from 'zod';

import type { Route } from './route.ts';

export const healthRoutes = {
  healthz: {
    summary: 'The process lives',
    permission: 'public',
    status: 200,
    response: z.strictObject({ status: z.literal('ok') }),
  },
  readyz: {
    summary: 'The process can serve: 503 until every check passes',
    permission: 'public',
    status: 200,
    otherStatuses: [503],
    /** `error`: with 503. */
    response: z.strictObject({
      status: z.enum(['ok', 'unavailable']),
      checks: z.record(z.string(), z.string()),
      error: z.string().optional(),
    }),
  },
} as const satisfies Record<string, Route>;
