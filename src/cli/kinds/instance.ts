import type { Instance } from '../../api/contract/registry-schemas.ts';
import type { ListKind } from '../list/column.ts';
import { formatHeartbeat } from '../text/duration.ts';

/** Instances. */
export const instanceKind: ListKind<Instance> = {
  columns: [
    { name: 'INSTANCE ID', cell: ({ id }) => id },
    { name: 'URL', cell: ({ url }) => url },
    { name: 'STATUS', cell: ({ status }) => status },
    { name: 'OWNER SLUG', cell: ({ slug = '' }) => slug },
    {
      name: 'LAST HEARTBEAT',
      ages: true,
      cell: ({ lastHeartbeat }, now) => formatHeartbeat(lastHeartbeat, now),
      value: ({ lastHeartbeat }) => lastHeartbeat,
    },
    { name: 'DEPLOYMENT ID', wide: true, cell: ({ deploymentId = '' }) => deploymentId },
    { name: 'NODE URL', wide: true, cell: ({ nodeUrl = '' }) => nodeUrl },
    {
      name: 'PORT',
      wide: true,
      cell: ({ port }) => (port === undefined ? '' : String(port)),
      value: ({ port }) => port,
    },
    { name: 'DETAILS', wide: true, cell: ({ details = '' }) => details },
  ],
  id: ({ id }) => id,
  whenEmpty: 'No instances run. Deploy something with: oo deployment save ./my-deployment.yaml',
};
