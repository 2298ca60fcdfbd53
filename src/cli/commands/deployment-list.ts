import { openContext } from '../context.ts';
import { printListing } from '../output.ts';
import { shorten } from '../text/details.ts';
import type { ListOptions } from './options.ts';

/** Prints all deployments. */
export async function listDeployments(options: ListOptions & { readonly full?: boolean }): Promise<void> {
  const context = await openContext(options);
  const { body } = await context.call('list deployments', 'listDeployments', { body: {} });
  await printListing(context.terminal, options.output, {
    items: body.deployments,
    header: ['ID', 'DEFINITION ID', 'STATUS', 'DETAILS'],
    row: ({ id, definitionId, status, details = '' }) => [
      id,
      definitionId,
      status,
      options.full === true ? details : shorten(details),
    ],
    whenEmpty: 'No deployments yet. Save one with: oo deployment save ./my-deployment.yaml',
  });
}
