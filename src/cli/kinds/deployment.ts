import type { Deployment } from '../../api/contract/deploy-schemas.ts';
import type { DeploymentStanding } from '../../api/contract/standing.ts';
import type { ListKind } from '../list/column.ts';
import { shorten } from '../text/details.ts';
import { formatAge } from '../text/duration.ts';

/** A deployment in a list; its standing is there when a wide column is asked for. */
export interface ListedDeployment {
  readonly deployment: Deployment;
  readonly standing?: DeploymentStanding | undefined;
}

/** Deployments. `full`: with the whole of their details. */
export function deploymentKind({ full }: { readonly full: boolean }): ListKind<ListedDeployment> {
  return {
    columns: [
      { name: 'ID', cell: ({ deployment }) => deployment.id },
      { name: 'DEFINITION ID', cell: ({ deployment }) => deployment.definitionId },
      { name: 'STATUS', cell: ({ deployment }) => deployment.status },
      {
        name: 'DETAILS',
        cell: ({ deployment: { details = '' } }) => (full ? details : shorten(details)),
        value: ({ deployment }) => deployment.details,
      },
      { name: 'NAME', wide: true, cell: ({ deployment }) => deployment.name ?? '' },
      {
        name: 'READY',
        wide: true,
        cell: ({ standing }) => (standing === undefined ? '' : `${standing.ready}/${standing.desired}`),
        value: ({ standing }) => standing?.ready,
      },
      {
        name: 'REVISION',
        wide: true,
        cell: ({ standing }) => revisionText(standing),
        value: ({ standing }) => standing?.revision,
      },
      {
        name: 'AGE',
        wide: true,
        ages: true,
        cell: ({ standing }, now) => formatAge(standing?.createdAt, now),
        // A greater age is an earlier time.
        value: ({ standing }) => standing && -Date.parse(standing.createdAt),
      },
      { name: 'IMAGE', wide: true, cell: ({ standing }) => standing?.image ?? '' },
      { name: 'STRATEGY', wide: true, cell: ({ standing }) => standing?.strategy ?? '' },
    ],
    id: ({ deployment }) => deployment.id,
    json: ({ deployment }) => deployment,
    whenEmpty: 'No deployments yet. Save one with: oo deployment save ./my-deployment.yaml',
  };
}

function revisionText(standing: DeploymentStanding | undefined): string {
  if (standing === undefined) return '';
  return standing.paused ? `${standing.revision} (paused)` : String(standing.revision);
}
