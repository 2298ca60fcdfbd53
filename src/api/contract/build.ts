import { z } from 'zod';

import { buildView } from './build-schemas.ts';
import type { Route } from './route.ts';

export const buildRoutes = {
  listBuilds: {
    summary: 'The images that are made from repositories, the latest first',
    permission: 'deploy-svc:deployment:view',
    asOf: true,
    status: 200,
    response: z.strictObject({ builds: z.array(buildView) }),
  },
  showBuild: {
    summary: 'One build with the end of what it said',
    permission: 'deploy-svc:deployment:view',
    asOf: true,
    params: z.object({ id: z.string() }),
    status: 200,
    response: z.strictObject({ build: buildView, log: z.array(z.string()) }),
  },
} as const satisfies Record<string, Route>;
