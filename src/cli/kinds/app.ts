import type { ListKind } from '../list/column.ts';

/** Apps. */
export const appKind: ListKind<{ readonly id: string; readonly host: string }> = {
  columns: [
    { name: 'APP ID', cell: ({ id }) => id },
    { name: 'HOST', cell: ({ host }) => host },
  ],
  id: ({ id }) => id,
  whenEmpty: 'No such apps. Make one with: oo app save <host>',
};
