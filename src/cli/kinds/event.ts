import type { EventView } from '../../api/contract/deploy-schemas.ts';
import type { ListKind } from '../list/column.ts';

const DATA_LENGTH = 100;

/** Events of the log. */
export const eventKind: ListKind<EventView> = {
  columns: [
    { name: 'POSITION', cell: ({ position }) => String(position), value: ({ position }) => position },
    { name: 'TIME', cell: ({ at }) => at },
    { name: 'TYPE', cell: ({ type }) => type },
    { name: 'STREAM', cell: ({ stream }) => stream },
    { name: 'ACTOR', cell: ({ actor }) => actor },
    { name: 'DATA', cell: ({ data }) => cut(JSON.stringify(data)), value: ({ data }) => JSON.stringify(data) },
    { name: 'VERSION', wide: true, cell: ({ version }) => String(version), value: ({ version }) => version },
    { name: 'EVENT ID', wide: true, cell: ({ id }) => id },
    { name: 'CORRELATION ID', wide: true, cell: ({ correlationId }) => correlationId },
    { name: 'CAUSATION ID', wide: true, cell: ({ causationId = '' }) => causationId },
  ],
  id: ({ id }) => id,
  whenEmpty: 'No events there.',
};

function cut(text: string): string {
  return text.length > DATA_LENGTH ? `${text.slice(0, DATA_LENGTH)}…` : text;
}
