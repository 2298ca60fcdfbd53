import type { HistoryEntryView } from '../../api/contract/history.ts';
import type { ListKind } from '../list/column.ts';
import { formatElapsed } from '../text/duration.ts';

/** What was done to a deployment. */
export const historyKind: ListKind<HistoryEntryView> = {
  columns: [
    { name: 'REVISION', cell: ({ revision }) => String(revision ?? ''), value: ({ revision }) => revision },
    { name: 'KIND', cell: ({ kind }) => kind },
    { name: 'TIME', cell: ({ at }) => at },
    { name: 'AUTHOR', cell: ({ author }) => author },
    { name: 'OUTCOME', cell: outcomeText },
    {
      name: 'TOOK',
      cell: ({ milliseconds }) => (milliseconds === undefined ? '' : formatElapsed(milliseconds)),
      value: ({ milliseconds }) => milliseconds,
    },
    { name: 'TAGS', cell: ({ tags }) => tags.join(',') },
    { name: 'CHANGES', cell: ({ changes }) => changes.map(({ text }) => text).join('; ') },
    { name: 'REASON', cell: ({ reason = '' }) => reason },
    { name: 'IMAGE', wide: true, cell: ({ image = '' }) => image },
    { name: 'DIGEST', wide: true, cell: ({ digest = '' }) => digest },
    { name: 'POSITION', wide: true, cell: ({ position }) => String(position), value: ({ position }) => position },
  ],
  // Not everything that was done made a revision.
  id: ({ position }) => String(position),
  whenEmpty: 'Nothing was done to it yet.',
};

/** `rolled back to 2: the container exited` */
function outcomeText({ outcome, backTo, why }: HistoryEntryView): string {
  const to = outcome === 'rolled back' && backTo !== undefined ? ` to ${backTo}` : '';
  return `${outcome}${to}${why === undefined ? '' : `: ${why}`}`;
}
