import type { Enroll, Permit } from '../../api/contract/grant.ts';
import type { ListKind } from '../list/column.ts';

/** Permits. */
export const permitKind: ListKind<Permit> = {
  columns: [
    { name: 'PERMIT ID', cell: ({ id }) => id },
    { name: 'PERMISSION', cell: ({ permission }) => permission },
    { name: 'SLUGS', cell: ({ slugs }) => slugs.join(', ') },
    { name: 'ROLES', cell: ({ roles }) => roles.join(', ') },
    { name: 'APP ID', wide: true, cell: ({ appId }) => appId },
    { name: 'CREATED AT', wide: true, cell: ({ createdAt }) => createdAt },
    { name: 'UPDATED AT', wide: true, cell: ({ updatedAt }) => updatedAt },
  ],
  id: ({ id }) => id,
  // One that gives several permissions is listed once for each.
  key: ({ id, permission }) => `${id} for ${permission}`,
  whenEmpty: 'No permits. Give one with: oo permit save ./permits.yaml',
};

/** Enrolls. */
export const enrollKind: ListKind<Enroll> = {
  columns: [
    { name: 'ENROLL ID', cell: ({ id }) => id },
    { name: 'ROLE', cell: ({ role }) => role },
    { name: 'USER ID', cell: ({ userId }) => userId ?? '' },
    { name: 'CONTACT ID', cell: ({ contactId }) => contactId ?? '' },
    { name: 'APP ID', wide: true, cell: ({ appId }) => appId },
    { name: 'CREATED AT', wide: true, cell: ({ createdAt }) => createdAt },
    { name: 'UPDATED AT', wide: true, cell: ({ updatedAt }) => updatedAt },
  ],
  id: ({ id }) => id,
  whenEmpty: 'No enrolls. Give a role with: oo enroll save ./enrolls.yaml',
};
