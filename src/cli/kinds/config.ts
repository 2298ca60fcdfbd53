import type { Config } from '../../api/contract/config-schemas.ts';
import type { ListKind } from '../list/column.ts';
import { formatAge } from '../text/duration.ts';

/** Configs of the app with that host. */
export function configKind(appHost: string): ListKind<Config> {
  return {
    columns: [
      { name: 'CONFIG ID', cell: ({ id }) => id },
      { name: 'APP HOST', cell: () => appHost },
      { name: 'JSON', cell: ({ data }) => JSON.stringify(data) },
      { name: 'BRANCH', wide: true, cell: ({ branch }) => branch },
      { name: 'VERSION', wide: true, cell: ({ version = '' }) => version },
      {
        name: 'UPDATED',
        wide: true,
        ages: true,
        cell: ({ updatedAt }, now) => `${formatAge(updatedAt, now)} ago`,
        value: ({ updatedAt }) => updatedAt,
      },
    ],
    id: ({ id }) => id,
    whenEmpty: `No configs in the app "${appHost}" yet. Save one with: oo config save ./my-svc-config.yaml`,
  };
}
