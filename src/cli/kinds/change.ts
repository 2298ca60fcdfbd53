import type { ChangeView } from '../../api/contract/history.ts';
import type { ListKind } from '../list/column.ts';

/** What differs between two revisions. */
export const changeKind: ListKind<ChangeView> = {
  columns: [
    { name: 'FIELD', cell: ({ field }) => field },
    { name: 'CHANGE', cell: ({ text }) => text },
    { name: 'BEFORE', wide: true, cell: ({ before }) => textOf(before) },
    { name: 'AFTER', wide: true, cell: ({ after }) => textOf(after) },
  ],
  id: ({ field }) => field,
  whenEmpty: 'They are the same.',
};

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
