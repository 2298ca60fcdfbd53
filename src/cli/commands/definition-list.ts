import { openContext } from '../context.ts';
import { printListing } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import type { ListOptions } from './options.ts';

/** Prints all definitions. */
export async function listDefinitions(options: ListOptions): Promise<void> {
  const context = await openContext(options);
  const { body } = await context.call('list definitions', 'listDefinitions', {});
  await printListing(context.terminal, options.output, {
    items: body.definitions,
    header: ['ID', 'IMAGE NAME', 'REPO URL', 'REPO BUILD CONTEXT', 'REPO CONTAINER FILE', 'INTERNAL PORT'],
    row: ({ id, image, repository }) => [
      id,
      image?.name ?? '',
      repository?.url ?? '',
      repository?.buildContext ?? '',
      repository?.containerFile ?? '',
      String((image ?? repository)?.internalPorts[0] ?? ''),
    ],
    whenEmpty: 'No definitions yet. Save one with: oo definition save ./my-service-def.yaml',
  });
}

/** Removes a definition. An id that does not exist is no error. */
export async function removeDefinition(id: string, options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  await context.call(`remove definition ${id}`, 'deleteDefinition', { params: { id } });
}
