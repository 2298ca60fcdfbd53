import { openContext } from '../context.ts';
import { deploymentKind } from '../kinds/deployment.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';

/** Prints all deployments. */
export async function listDeployments(options: ListingOptions & { readonly full?: boolean }): Promise<void> {
  const context = await openContext(options);
  await runList(context, options, {
    kind: deploymentKind({ full: options.full === true }),
    fetch: async ({ wide }) => {
      const { body } = await context.call('list deployments', 'listDeployments', { body: {} });
      if (!wide) return body.deployments.map((deployment) => ({ deployment }));
      const { body: more } = await context.call('list how deployments stand', 'listStandings', {});
      const standings = new Map(more.standings.map((standing) => [standing.id, standing]));
      return body.deployments.map((deployment) => ({ deployment, standing: standings.get(deployment.id) }));
    },
  });
}
