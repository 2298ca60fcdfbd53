import { z } from 'zod';

import { config, configInput, configQuery, configVersion } from './config-schemas.ts';
import { ids } from './ids.ts';
import type { Route } from './route.ts';

export const configRoutes = {
  listConfigs: {
    summary: 'Configs of an app: of one branch, or of all with the keys id:branch; anybody may read them',
    permission: 'public',
    asOf: true,
    body: configQuery.extend({ scope: z.enum(['branch', 'all']).or(z.literal('')).nullish() }),
    status: 200,
    response: z.strictObject({ configs: z.record(z.string(), config) }),
  },
  saveConfig: {
    summary: 'Removes what patch names, lays data over the config, and keeps the result as a new version',
    permission: 'config-svc:config:edit',
    body: configInput,
    bodyJudgedBy: 'domain',
    status: 200,
    response: z.strictObject({}),
  },
  listConfigVersions: {
    summary: 'What configs were after each save, newest first; anybody may read them',
    permission: 'public',
    asOf: true,
    body: configQuery.extend({
      versionIds: ids.nullish(),
      /** The `afterJson` of the page before: a JSON array of the time and the id of its last version. */
      afterJson: z.string().nullish(),
      /** 20 by default. */
      limit: z.int().min(0).max(100).nullish(),
    }),
    status: 200,
    /** `afterJson`: there when there may be more. */
    response: z.strictObject({ versions: z.array(configVersion), afterJson: z.string().optional() }),
  },
} as const satisfies Record<string, Route>;
