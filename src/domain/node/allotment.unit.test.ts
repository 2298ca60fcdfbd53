import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Reservation } from '../template.ts';
import { evolveAllotment, overcommitOf, type Allotment, type AllotmentEvent } from './allotment.ts';

function registered(cpuMillis: number): AllotmentEvent {
  const capacity = { cpuMillis, memoryBytes: 100, gpus: [{ name: 'L4', vramBytes: 10 }] };
  const data = { nodeId: 'n', url: 'simulated://n', cluster: 'c', zone: 'z', labels: {}, capacity };
  return { type: 'NodeRegistered', data };
}

const attempt = { replicaId: 'r', deploymentId: 'd', generation: 1 };
const decision = { considered: 1, excluded: [], scores: [] };

function scheduled(reservation: Reservation): AllotmentEvent {
  const data = { ...attempt, ordinal: 0, revision: 1, reservation, decision, reason: 'test' };
  return { type: 'ReplicaScheduled', data };
}

function stopped(released: Reservation | undefined): AllotmentEvent {
  return { type: 'ReplicaStopped', data: { ...attempt, released } };
}

function some(cpuMillis: number, hostPorts: number[] = []): Reservation {
  return { nodeId: 'n', cpuMillis, memoryBytes: 0, vramBytes: 0, hostPorts };
}

function after(...events: readonly AllotmentEvent[]): Allotment | undefined {
  return events.reduce<Allotment | undefined>(evolveAllotment, undefined);
}

function refusalOf(...events: readonly AllotmentEvent[]): string | undefined {
  const state = after(...events);
  return state && overcommitOf(state);
}

describe('never more is given away than there is', () => {
  test.each<[string, readonly AllotmentEvent[], string | undefined]>([
    ['all of it', [registered(1_000), scheduled(some(600)), scheduled(some(400))], undefined],
    [
      'too much',
      [registered(1_000), scheduled(some(600)), scheduled(some(401))],
      'node n: cpuMillis would be 1001 of 1000',
    ],
    [
      'a port twice',
      [registered(1_000), scheduled(some(0, [80])), scheduled(some(0, [80]))],
      'node n: host port 80 would be taken twice',
    ],
    [
      'a port again',
      [registered(1_000), scheduled(some(0, [80])), stopped(some(0, [80])), scheduled(some(0, [80]))],
      undefined,
    ],
    ['a smaller host keeps what it runs', [registered(1_000), scheduled(some(800)), registered(500)], undefined],
    [
      'and takes nothing more',
      [registered(1_000), scheduled(some(800)), registered(500), scheduled(some(1))],
      'node n: cpuMillis would be 801 of 800',
    ],
    [
      'what it gave back is gone',
      [registered(1_000), scheduled(some(800)), registered(500), stopped(some(800)), scheduled(some(501))],
      'node n: cpuMillis would be 501 of 500',
    ],
    [
      'a removed node that is empty',
      [registered(1), scheduled(some(1)), stopped(some(1)), { type: 'NodeRemoved', data: { nodeId: 'n' } }],
      undefined,
    ],
    [
      'removed under a replica',
      [registered(1), scheduled(some(0)), { type: 'NodeRemoved', data: { nodeId: 'n' } }],
      'node n: 1 replica would be on a removed node',
    ],
    [
      'placed on a removed node',
      [registered(1), { type: 'NodeRemoved', data: { nodeId: 'n' } }, scheduled(some(0))],
      'node n: 1 replica would be on a removed node',
    ],
  ])('%s', (_, events, refusal) => expect(refusalOf(...events)).toBe(refusal));
});

test('what is taken and given back leaves nothing behind, in any order', () => {
  const amounts = fc.uniqueArray(fc.nat(1_000), { maxLength: 8 });
  fc.assert(
    fc.property(amounts, (all) => {
      const taken = all.map((cpuMillis) => some(cpuMillis, [cpuMillis]));
      const state = after(
        registered(9_000),
        ...taken.map(scheduled),
        ...taken.toReversed().map(stopped),
        stopped(undefined),
      );
      expect(state).toEqual(after(registered(9_000)));
    }),
  );
});
