import type { Checkpoint } from '../../domain/audit/checkpoint.ts';
import type { ListKind } from '../list/column.ts';

/** Signed checkpoints. */
export const checkpointKind: ListKind<Checkpoint> = {
  columns: [
    { name: 'POSITION', cell: ({ position }) => String(position), value: ({ position }) => position },
    { name: 'SIGNED AT', cell: ({ at }) => at },
    { name: 'KEY ID', cell: ({ keyId }) => keyId },
    { name: 'HASH', cell: ({ hash }) => hash },
    { name: 'INSTALLATION', wide: true, cell: ({ installation }) => installation },
    { name: 'SIGNATURE', wide: true, cell: ({ signature }) => signature },
  ],
  id: ({ position }) => String(position),
  whenEmpty: 'No checkpoints yet: a worker signs one within ten seconds of an event.',
};
