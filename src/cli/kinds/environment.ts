import type { ListKind } from '../list/column.ts';

/** A server that the command line knows. */
export interface ListedEnvironment {
  readonly name: string;
  readonly selected: boolean;
  readonly url: string;
  readonly description: string;
  /** Whether something accepts connections there. */
  readonly reachable: boolean;
}

/** Environments. */
export const environmentKind: ListKind<ListedEnvironment> = {
  columns: [
    { name: 'ENV NAME', cell: ({ name }) => name },
    { name: 'SELECTED', cell: ({ selected }) => (selected ? '*' : ''), value: ({ selected }) => selected },
    { name: 'URL', cell: ({ url }) => url },
    { name: 'DESCRIPTION', cell: ({ description }) => description },
    { name: 'REACHABLE', cell: ({ reachable }) => String(reachable) },
  ],
  id: ({ name }) => name,
  whenEmpty: 'No environments. Add one with: oo env add local http://127.0.0.1:11337',
};
