import { openContext } from '../context.ts';
import { routerKind } from '../kinds/router.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';

/** Prints all routers. */
export async function listRouters(options: ListingOptions): Promise<void> {
  const context = await openContext(options);
  await runList(context, options, {
    kind: routerKind,
    fetch: async () => (await context.call('list routers', 'listRouters', {})).body.routers,
  });
}
