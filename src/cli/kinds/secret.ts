import type { Secret } from '../../api/contract/secret.ts';
import type { ListKind } from '../list/column.ts';

/** A secret as a list has it: `value` is stars unless it is to be shown. */
export interface ListedSecret extends Secret {
  readonly appHost: string;
  /** Of the value, in characters. */
  readonly length: number;
}

/** Secrets. */
export const secretKind: ListKind<ListedSecret> = {
  columns: [
    { name: 'SECRET ID', cell: ({ id }) => id },
    { name: 'APP HOST', cell: ({ appHost }) => appHost },
    { name: 'LENGTH', cell: ({ length }) => String(length), value: ({ length }) => length },
    { name: 'VALUE', cell: ({ value }) => value },
    { name: 'APP ID', wide: true, cell: ({ appId }) => appId },
    { name: 'READERS', wide: true, cell: ({ readers }) => slugsText(readers) },
    { name: 'WRITERS', wide: true, cell: ({ writers }) => slugsText(writers) },
    { name: 'DELETERS', wide: true, cell: ({ deleters }) => slugsText(deleters) },
  ],
  id: ({ id }) => id,
  // Two apps may each have one of that name.
  key: ({ id, appHost }) => (appHost === '' ? id : `${id} of ${appHost}`),
  whenEmpty: 'No secrets yet. Save one with: oo secret save db-password',
};

function slugsText(slugs: readonly string[] | null): string {
  return (slugs ?? []).join(',');
}
