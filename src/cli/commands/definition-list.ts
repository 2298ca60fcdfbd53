import { openContext } from '../context.ts';
import { definitionKind } from '../kinds/definition.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import type { GlobalOptions } from '../session.ts';

/** Prints all definitions. */
export async function listDefinitions(options: ListingOptions): Promise<void> {
  const context = await openContext(options);
  await runList(context, options, {
    kind: definitionKind,
    fetch: async () => (await context.call('list definitions', 'listDefinitions', {})).body.definitions,
  });
}

/** Removes a definition. An id that does not exist is no error. */
export async function removeDefinition(id: string, options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  await context.call(`remove definition ${id}`, 'deleteDefinition', { params: { id } });
}
