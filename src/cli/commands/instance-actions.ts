import { openContext } from '../context.ts';
import { printListing } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import { formatHeartbeat } from '../text/duration.ts';
import type { ListOptions } from './options.ts';

/** Prints all instances. */
export async function listInstances(options: ListOptions): Promise<void> {
  const context = await openContext(options);
  const { body } = await context.call('list instances', 'listInstances', { query: {} });
  const now = Date.now();
  await printListing(context.terminal, options.output, {
    items: body.instances,
    header: ['INSTANCE ID', 'URL', 'STATUS', 'OWNER SLUG', 'LAST HEARTBEAT'],
    row: ({ id, url, status, slug = '', lastHeartbeat }) => [
      id,
      url,
      status,
      slug,
      formatHeartbeat(lastHeartbeat, now),
    ],
    whenEmpty: 'No instances run. Deploy something with: oo deployment save ./my-deployment.yaml',
  });
}

/** Takes an instance out of the registry; one that does not exist is no error. */
export async function removeInstance(id: string, options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  await context.call(`remove instance ${id}`, 'removeInstance', { params: { id } });
}
