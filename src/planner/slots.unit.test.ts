import { expect, test } from 'vitest';

import { replica } from '../../test/support/replica.ts';
import { freeSlots } from './slots.ts';

test('the lowest free slots of the revision; one that was filled before goes on with its generations', () => {
  const replicas = [
    replica(0, { revision: 2 }),
    replica(1, { revision: 2, status: 'Stopped', generation: 4 }),
    replica(2, { revision: 2, status: 'Stopping', generation: 2 }),
    replica(3),
  ];
  expect(freeSlots('web', 2, replicas, 3)).toEqual([
    { replicaId: 'web-r2-1', ordinal: 1, generation: 5 },
    { replicaId: 'web-r2-3', ordinal: 3, generation: 1 },
    { replicaId: 'web-r2-4', ordinal: 4, generation: 1 },
  ]);
  expect(freeSlots('web', 2, replicas, 0)).toEqual([]);
});
