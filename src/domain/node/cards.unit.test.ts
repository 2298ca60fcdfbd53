import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { nodeView, scheduled } from '../../../test/support/node-view.ts';
import type { CardShare, Reservation } from '../template.ts';
import { evolveAllotment, overcommitOf, type Allotment, type AllotmentEvent } from './allotment.ts';

function holding(...cards: CardShare[]): Reservation {
  const vramBytes = cards.reduce((sum, share) => sum + share.vramBytes, 0);
  return { nodeId: 'n', cpuMillis: 0, memoryBytes: 0, vramBytes, cards, hostPorts: [] };
}

const on = (index: number, vramBytes: number): CardShare => ({ index, vramBytes });
const taken = (...cards: CardShare[]): AllotmentEvent => scheduled(0, holding(...cards));
const released = (...cards: CardShare[]): AllotmentEvent => {
  const ids = { replicaId: 'r', deploymentId: 'd', generation: 1 };
  return { type: 'ReplicaStopped', data: { ...ids, released: holding(...cards) } };
};
const registered = (gpus: readonly number[], gpuMarginBytes = 0): AllotmentEvent => {
  const { capacity } = nodeView('n', { gpus }).node;
  const place = { url: 'simulated://n', cluster: 'eu', zone: 'a', labels: {} };
  const reserve = { cpuMillis: 0, memoryBytes: 0, gpuMarginBytes };
  return { type: 'NodeRegistered', data: { nodeId: 'n', ...place, capacity, reserve } };
};

function after(...events: readonly AllotmentEvent[]): Allotment {
  const state = events.reduce<Allotment | undefined>(evolveAllotment, undefined);
  if (state === undefined) throw new Error('nothing was registered');
  return state;
}

describe('never more of a card is given away than there is', () => {
  test.each<[string, readonly AllotmentEvent[], string | undefined]>([
    ['all of both', [registered([10, 10]), taken(on(0, 10)), taken(on(1, 10))], undefined],
    [
      'one twice, while the other is free',
      [registered([10, 10]), taken(on(0, 6)), taken(on(0, 6))],
      'node n: vramBytes of card 0 would be 12 of 10',
    ],
    ['its margin', [registered([10], 1), taken(on(0, 10))], 'node n: vramBytes would be 10 of 9'],
    ['up to its margin', [registered([10], 1), taken(on(0, 9))], undefined],
    [
      'a card that is not there',
      [registered([10, 10]), taken(on(2, 1))],
      'node n: vramBytes of card 2 would be 1 of 0',
    ],
    ['a smaller card keeps what it holds', [registered([10]), taken(on(0, 8)), registered([5])], undefined],
    [
      'and takes nothing more',
      [registered([10]), taken(on(0, 8)), registered([5]), taken(on(0, 1))],
      'node n: vramBytes would be 9 of 8',
    ],
    ['a card that is gone keeps what it holds', [registered([10, 10]), taken(on(1, 8)), registered([10])], undefined],
    [
      'and is gone when that is given back',
      [registered([10, 10]), taken(on(1, 8)), registered([10]), released(on(1, 8)), taken(on(1, 1))],
      'node n: vramBytes of card 1 would be 1 of 0',
    ],
  ])('%s', (_, events, refusal) => expect(overcommitOf(after(...events))).toBe(refusal));
});

test('what is taken of cards and given back leaves nothing behind, in any order', () => {
  const share = fc.record({ index: fc.nat(3), vramBytes: fc.integer({ min: 1, max: 100 }) });
  const replicas = fc.array(fc.uniqueArray(share, { selector: ({ index }) => index }), { maxLength: 6 });
  fc.assert(
    fc.property(replicas, fc.nat(), (all, by) => {
      const turned = [...all.slice(by % (all.length + 1)), ...all.slice(0, by % (all.length + 1))];
      const cards = [600, 600, 600, 600];
      const state = after(
        registered(cards),
        ...all.map((shares) => taken(...shares)),
        ...turned.map((shares) => released(...shares)),
      );
      expect(state).toEqual(after(registered(cards)));
    }),
  );
});

test('what was reserved before cards were told apart counts in the sum, and holds no card', () => {
  const { cards: _, ...older } = holding(on(0, 10));
  const state = after(registered([10, 10]), scheduled(0, older));
  expect(state.cards?.map(({ reservedBytes }) => reservedBytes)).toEqual([0, 0]);
  const taking = (event: AllotmentEvent): string | undefined => overcommitOf(evolveAllotment(state, event) ?? state);
  expect(taking(taken(on(0, 10)))).toBeUndefined();
  expect(taking(taken(on(0, 10), on(1, 1)))).toBe('node n: vramBytes would be 21 of 20');
});
