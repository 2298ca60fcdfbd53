import type { DeadJobView } from '../../api/contract/observability.ts';
import type { ListKind } from '../list/column.ts';
import { formatSeconds } from '../text/duration.ts';

/** Jobs that were given up. */
export const deadJobKind: ListKind<DeadJobView> = {
  columns: [
    { name: 'JOB ID', cell: ({ id }) => id },
    { name: 'QUEUE', cell: ({ queue }) => queue },
    { name: 'KEY', cell: ({ key }) => key },
    { name: 'ATTEMPTS', cell: ({ attempts }) => String(attempts), value: ({ attempts }) => attempts },
    {
      name: 'AGE',
      ages: true,
      cell: ({ diedAt }, now) => formatSeconds(now - Date.parse(diedAt)),
      // A greater age is an earlier time.
      value: ({ diedAt }) => -Date.parse(diedAt),
    },
    { name: 'LAST ERROR', cell: ({ error }) => error },
    { name: 'DIED AT', wide: true, cell: ({ diedAt }) => diedAt },
  ],
  id: ({ id }) => id,
  whenEmpty: 'No dead jobs: nothing was given up.',
};
