import { z } from 'zod';

import { change } from './history.ts';
import type { Route } from './route.ts';

export const difference = z.strictObject({
  kind: z.enum(['node', 'definition', 'deployment', 'replica', 'route', 'secret', 'config']),
  id: z.string(),
  change: z.enum(['added', 'removed', 'changed']),
  /** In words. */
  text: z.array(z.string()),
  /** Every field that differs; never the value of a secret or a config. */
  fields: z.array(change),
});
export type DifferenceView = z.infer<typeof difference>;

export const differenceRoutes = {
  diffFleet: {
    summary:
      'What differs between two moments: nodes, definitions, deployments, replicas, routes, names of secrets and configs',
    // It tells what the events of that time tell.
    permission: 'deploy-svc:event:view',
    query: z.object({
      /** A position, an RFC 3339 time, or the id of an event. It may be the later one. */
      from: z.string(),
      /** By default: now. */
      to: z.string().optional(),
      /** Only what has this id, or belongs to what has it: a deployment, its definition, a node. */
      of: z.string().optional(),
      limit: z.coerce.number<number | string>().int().min(1).max(100_000).optional(),
    }),
    status: 200,
    /** `from`, `to`: the positions of the moments. `omitted`: how many more there are than `limit`. */
    response: z.strictObject({
      from: z.int(),
      to: z.int(),
      differences: z.array(difference),
      omitted: z.int(),
    }),
  },
} as const satisfies Record<string, Route>;
