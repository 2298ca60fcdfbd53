import type { OutputOf } from '../../api/client.ts';
import type { ListKind } from '../list/column.ts';

/** A field of a deployment with the save that set it. */
export type BlamedField = OutputOf<'blameDeployment'>['fields'][number];

/** The fields of a deployment's spec, each with who set it. */
export const blameKind: ListKind<BlamedField> = {
  columns: [
    { name: 'FIELD', cell: ({ field }) => field },
    { name: 'VALUE', cell: valueText },
    { name: 'TIME', cell: ({ at }) => at },
    { name: 'AUTHOR', cell: ({ author }) => author },
    { name: 'POSITION', cell: ({ position }) => String(position), value: ({ position }) => position },
    { name: 'REASON', cell: ({ reason = '' }) => reason },
  ],
  id: ({ field }) => field,
  whenEmpty: 'No field of it was set.',
};

function valueText({ value }: BlamedField): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
