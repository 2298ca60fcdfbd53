import { openContext } from '../context.ts';
import { instanceKind } from '../kinds/instance.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import type { GlobalOptions } from '../session.ts';

/** Prints all instances. */
export async function listInstances(options: ListingOptions): Promise<void> {
  const context = await openContext(options);
  await runList(context, options, {
    kind: instanceKind,
    fetch: async () => (await context.call('list instances', 'listInstances', { query: {} })).body.instances,
  });
}

/** Takes an instance out of the registry; one that does not exist is no error. */
export async function removeInstance(id: string, options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  await context.call(`remove instance ${id}`, 'removeInstance', { params: { id } });
}
