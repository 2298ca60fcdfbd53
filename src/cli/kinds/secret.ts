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
    { name: 'LENGTH', when: haveValues, cell: ({ length }) => String(length), value: ({ length }) => length },
    { name: 'VALUE', when: haveValues, cell: ({ value }) => value },
    {
      name: 'VERSION',
      when: arePast,
      cell: ({ version }) => (version === undefined ? '' : String(version)),
      value: ({ version }) => version,
    },
    { name: 'FINGERPRINT', when: arePast, cell: ({ fingerprint = '' }) => fingerprint },
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

/** Of the past there are no values, but which of them it was. */
function arePast(secrets: readonly ListedSecret[]): boolean {
  return secrets.some(({ fingerprint }) => fingerprint !== undefined);
}

function haveValues(secrets: readonly ListedSecret[]): boolean {
  return !arePast(secrets);
}
