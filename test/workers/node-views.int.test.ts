import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { DomainEvent } from '../../src/domain/event.ts';
import { streamOf } from '../../src/domain/stream.ts';
import type { Allotment } from '../../src/domain/node/allotment.ts';
import type { NodeState } from '../../src/domain/node/evolve.ts';
import type { NodeView } from '../../src/planner/snapshot.ts';
import type { EventStore, SnapshotReader } from '../../src/store/event-store.ts';
import { forgetNodes, nodeViews } from '../../src/workers/plan/node-views.ts';
import { command, testStore } from '../support/store.ts';
import { inventedDecision } from '../support/invented-decision.ts';

const NODES = ['n0', 'n1', 'n2', 'n3'] as const;

/** What happens between two plans: of a node, or of a replica on it. */
type Change = readonly [node: (typeof NODES)[number], kind: 'register' | 'remove' | 'cordon' | 'schedule'];

const change: fc.Arbitrary<Change> = fc.tuple(
  fc.constantFrom(...NODES),
  fc.constantFrom('register', 'remove', 'cordon', 'schedule'),
);

let made = 0;

function eventOf([nodeId, kind]: Change): { stream: string; event: DomainEvent } {
  const stream = streamOf('node', nodeId);
  made += 1;
  switch (kind) {
    case 'register': {
      const capacity = { cpuMillis: 1_000_000 + made, memoryBytes: 2 ** 40, gpus: [] };
      const place = { cluster: 'c', zone: 'z', labels: {} };
      return {
        stream,
        event: { type: 'NodeRegistered', data: { nodeId, url: `simulated://${nodeId}`, ...place, capacity } },
      };
    }
    case 'remove':
      return { stream, event: { type: 'NodeRemoved', data: { nodeId } } };
    case 'cordon':
      return { stream, event: { type: 'NodeCordoned', data: { nodeId } } };
    case 'schedule':
      return scheduled(nodeId);
    default:
      return kind satisfies never;
  }
}

function scheduled(nodeId: string): { stream: string; event: DomainEvent } {
  const replicaId = `r${made}`;
  const ids = { replicaId, deploymentId: 'd', generation: 1, ordinal: made, revision: 1 };
  const reservation = { nodeId, cpuMillis: 1, memoryBytes: 1, vramBytes: 0, hostPorts: [] };
  const decision = inventedDecision(nodeId);
  const event: DomainEvent = {
    type: 'ReplicaScheduled',
    data: { ...ids, reservation, decision, reason: 'the test wants it' },
  };
  return { stream: streamOf('replica', replicaId), event };
}

/** Read as if nothing were known. */
async function readAnew(reader: SnapshotReader): Promise<readonly NodeView[]> {
  const nodes = await reader.rows<NodeState>('nodes', { removed: 'false' });
  const allotments = await reader.rows<Allotment>('allotments');
  return nodes.flatMap(({ id, state: node }) => {
    const allotment = allotments.find((row) => row.id === id)?.state;
    return allotment === undefined ? [] : [{ node, allotment }];
  });
}

async function append(store: EventStore, changes: readonly Change[]): Promise<void> {
  for (const each of changes) {
    const { stream, event } = eventOf(each);
    // A replica on a removed node is refused, as it has to be.
    await store.append(command(stream, 'any', [event])).catch((error: unknown) => {
      if (!String(error).includes('removed node')) throw error;
    });
  }
}

test('what is kept from plan to plan is what would be read anew, whoever changed it', async () => {
  await using own = await testStore();
  const other = own.another();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 5 }), async (rounds) => {
      for (const [index, changes] of rounds.entries()) {
        await append(index % 2 === 0 ? own.store : other, changes);
        const [kept, anew] = await own.store.snapshot(async (reader) => [
          await nodeViews(own.store, reader),
          await readAnew(reader),
        ]);
        expect(kept).toEqual(anew);
      }
    }),
    { numRuns: 25 },
  );
});

test('a plan at an earlier position is not told of what came later', async () => {
  await using own = await testStore();
  const { store } = own;
  await append(store, [['n0', 'register']]);
  await store.snapshot(async (early) => {
    await append(store, [['n1', 'register']]);
    const late = await store.snapshot((reader) => nodeViews(store, reader));
    expect(late.map(({ node }) => node.id)).toEqual(['n0', 'n1']);
    expect((await nodeViews(store, early)).map(({ node }) => node.id)).toEqual(['n0']);
  });
  const after = await store.snapshot((reader) => nodeViews(store, reader));
  expect(after.map(({ node }) => node.id)).toEqual(['n0', 'n1']);
});

test('what has been forgotten is read anew', async () => {
  await using own = await testStore();
  const { store } = own;
  await append(store, [['n0', 'register']]);
  const views = (): Promise<readonly NodeView[]> => store.snapshot((reader) => nodeViews(store, reader));
  const before = await views();
  const [same] = await views();
  expect(same).toBe(before[0]);
  forgetNodes(store);
  const [anew] = await views();
  expect(anew).not.toBe(before[0]);
  expect(anew).toEqual(before[0]);
});
