import type { UserRecord } from '../../api/contract/user-schemas.ts';
import type { ListKind } from '../list/column.ts';

/** Accounts. */
export const userKind: ListKind<UserRecord> = {
  columns: [
    { name: 'USER ID', cell: ({ id }) => id },
    { name: 'SLUG', cell: ({ slug }) => slug },
    { name: 'NAME', cell: ({ name }) => name ?? '' },
    { name: 'ROLES IDS', cell: ({ roles }) => roles.join(', ') },
    { name: 'CONTACT IDS', cell: ({ contactIds }) => contactIds.join(', ') },
  ],
  id: ({ id }) => id,
  whenEmpty: 'No such accounts. See all of them with: oo user list',
};
