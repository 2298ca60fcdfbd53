import type { BuildView } from '../../api/contract/build-schemas.ts';
import type { ListKind } from '../list/column.ts';
import { shorten } from '../text/details.ts';
import { formatSeconds } from '../text/duration.ts';

/** Characters of a commit that a table shows. */
const COMMIT_SHOWN = 12;

/** Builds. */
export const buildKind: ListKind<BuildView> = {
  columns: [
    { name: 'BUILD ID', cell: ({ id }) => id },
    { name: 'STATUS', cell: ({ status }) => status },
    { name: 'REPO URL', cell: ({ url }) => url },
    { name: 'COMMIT', cell: ({ commit }) => commit.slice(0, COMMIT_SHOWN), value: ({ commit }) => commit },
    { name: 'NODE', cell: ({ nodeId }) => nodeId ?? '' },
    {
      name: 'TOOK',
      cell: ({ milliseconds }) => (milliseconds === undefined ? '' : formatSeconds(milliseconds)),
      value: ({ milliseconds }) => milliseconds,
    },
    { name: 'DETAILS', cell: (build) => shorten(detailsOf(build)), value: detailsOf },
    { name: 'BUILD CONTEXT', wide: true, cell: ({ buildContext }) => buildContext ?? '' },
    { name: 'CONTAINER FILE', wide: true, cell: ({ containerFile }) => containerFile ?? '' },
    { name: 'IMAGE', wide: true, cell: ({ image }) => image },
    { name: 'REQUESTED AT', wide: true, cell: ({ requestedAt }) => requestedAt },
    { name: 'CHANGED AT', wide: true, cell: ({ changedAt }) => changedAt },
  ],
  id: ({ id }) => id,
  whenEmpty: 'No builds yet. Save a definition with a repository, and a deployment of it: oo definition save FILE',
};

function detailsOf({ status, failure, step = '', image }: BuildView): string {
  if (status === 'Failed') return `${failure?.reason ?? ''}${failure?.terminal === false ? ' (tried again)' : ''}`;
  return status === 'Succeeded' ? image : step;
}
