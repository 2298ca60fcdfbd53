import fc from 'fast-check';
import { expect, test } from 'vitest';

import { evolveReplica, type ReplicaEvent, type ReplicaState } from '../../domain/replica/evolve.ts';
import { replica } from '../../../test/support/replica.ts';
import { avoidOf, placeAvoiding } from './avoid.ts';
import { candidatesOf, type Candidates } from './candidate.ts';
import type { Demand } from './demand.ts';

const GIB = 2 ** 30;
const demand: Demand = {
  image: 'web:1',
  cpuMillis: 500,
  memoryBytes: 0,
  gpus: 0,
  cardBytes: 0,
  hostPorts: [],
  regions: [],
  labels: {},
  imageOn: new Set(),
};

function nodes(free: readonly number[]): Candidates {
  const views = free.map((cpuMillis, index) => {
    const capacity = { cpuMillis, memoryBytes: GIB, gpus: [] };
    const id = `node_${index}`;
    const node = {
      id,
      url: `tcp://10.0.0.${index}:2375`,
      cluster: 'c',
      zone: 'z',
      labels: {},
      capacity,
      scheduling: 'open' as const,
      liveness: 'ready' as const,
      removed: false,
    };
    const none = { cpuMillis: 0, memoryBytes: 0, vramBytes: 0 };
    const limit = { cpuMillis, memoryBytes: GIB, vramBytes: 0 };
    const allotment = { id, capacity, limit, reserved: none, hostPorts: [], replicas: 0, removed: false };
    return { node, allotment };
  });
  return candidatesOf(views as unknown as Parameters<typeof candidatesOf>[0], new Map());
}

const placed = (free: readonly number[], avoid: readonly number[]): ReturnType<typeof placeAvoiding> =>
  placeAvoiding(nodes(free), demand, '1/web-r1-0', new Map(avoid.map((index) => [`node_${index}`, 2])));

test('a node to avoid is taken only when no other fits, and never costs a placement', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(100, 500, 2_000), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(5), { maxLength: 6 }),
      (free, avoid) => {
        const fits = free.flatMap((millis, index) => (millis >= 500 ? [index] : []));
        const preferred = fits.filter((index) => !avoid.includes(index));
        const chosen = placed(free, avoid).reservation?.nodeId;
        const allowed = (preferred.length > 0 ? preferred : fits).map((index) => `node_${index}`);
        expect(chosen === undefined ? [] : [chosen]).toEqual(allowed.filter((id) => id === chosen));
        expect(chosen === undefined).toBe(fits.length === 0);
      },
    ),
  );
});

test('the decision says of every node why it was not taken, of one that is avoided too', () => {
  const { decision } = placed([2_000, 2_000, 100], [0]);
  expect(decision.considered).toBe(3);
  expect(decision.excluded.map(({ nodeId, filter, have }) => `${nodeId} ${filter} ${have}`)).toEqual([
    'node_2 cpu 100m free of 100m',
    'node_0 failures 2',
  ]);
});

test('a replica avoids a node after two failures there; a lost node is no failure, and a steady run forgets all', () => {
  const at = (nodeId: string, generation: number): ReplicaEvent => ({
    type: 'ReplicaScheduled',
    data: {
      replicaId: 'web-r1-0',
      deploymentId: 'web',
      generation,
      ordinal: 0,
      revision: 1,
      reservation: { nodeId, cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] },
      decision: { considered: 0, excluded: [], scores: [] },
      reason: '',
    },
  });
  const failing = (generation: number, kind: 'exit' | 'lost' | 'probe'): ReplicaEvent => ({
    type: 'ReplicaFailed',
    data: {
      replicaId: 'web-r1-0',
      deploymentId: 'web',
      generation,
      failure: { kind, message: '', terminal: false },
      released: { nodeId: 'n', cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] },
    },
  });
  const fold = (events: readonly ReplicaEvent[]): ReplicaState | undefined =>
    events.reduce<ReplicaState | undefined>((state, event) => evolveReplica(state, event, 0), undefined);
  const twice = [at('a', 1), failing(1, 'exit'), at('b', 2), failing(2, 'lost'), at('a', 3), failing(3, 'probe')];
  expect(avoidOf(fold(twice) ?? replica(0))).toEqual(new Map([['a', 2]]));
  expect(avoidOf(fold(twice.slice(0, 4)) ?? replica(0)).size).toBe(0);
  const steady = { ...(fold([...twice, at('c', 4)]) ?? replica(0)), status: 'Ready' as const, readyAt: 0 };
  expect(evolveReplica(steady, failing(4, 'exit'), 60_000)).toMatchObject({ failures: 1, failedOn: { c: 1 } });
});
