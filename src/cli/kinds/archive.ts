import type { OutputOf } from '../../api/client.ts';
import type { ListKind } from '../list/column.ts';

export type ArchiveView = OutputOf<'listArchives'>['archives'][number];

/** Closed ranges of the log that lie in files. */
export const archiveKind: ListKind<ArchiveView> = {
  columns: [
    { name: 'FIRST', cell: ({ first }) => String(first), value: ({ first }) => first },
    { name: 'LAST', cell: ({ last }) => String(last), value: ({ last }) => last },
    { name: 'FILE', cell: ({ file }) => file },
    { name: 'BYTES', cell: ({ bytes }) => String(bytes), value: ({ bytes }) => bytes },
    { name: 'ARCHIVED AT', cell: ({ at }) => at },
    { name: 'BY', cell: ({ actor }) => actor },
    { name: 'SHA256', wide: true, cell: ({ sha256 }) => sha256 },
    { name: 'HASH BEFORE', wide: true, cell: ({ before }) => before },
    { name: 'HASH', wide: true, cell: ({ hash }) => hash },
  ],
  id: ({ file }) => file,
  whenEmpty: 'Nothing is archived: the whole log is in the database.',
};
