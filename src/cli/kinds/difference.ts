import type { DifferenceView } from '../../api/contract/difference.ts';
import type { ListKind } from '../list/column.ts';

const SIGNS: Readonly<Record<DifferenceView['change'], string>> = { added: '+', removed: '-', changed: '~' };

/** What differs between two moments. */
export const differenceKind: ListKind<DifferenceView> = {
  columns: [
    { name: 'CHANGE', cell: ({ change }) => `${SIGNS[change]} ${change}`, value: ({ change }) => change },
    { name: 'KIND', cell: ({ kind }) => kind },
    { name: 'ID', cell: ({ id }) => id },
    { name: 'WHAT', cell: ({ text }) => text.join('; ') },
    { name: 'FIELDS', wide: true, cell: ({ fields }) => fields.map(({ field }) => field).join(',') },
  ],
  id: ({ id }) => id,
  key: ({ kind, id }) => `${kind}/${id}`,
  whenEmpty: 'Nothing differs.',
};
