import fc from 'fast-check';
import { expect, test } from 'vitest';

import { ACKNOWLEDGE_MS, drainVerdict, type Leaving, type RouterView, type Verdict } from './drained.ts';

const router = (id: string, more: Partial<RouterView> = {}): RouterView => {
  return { id, position: 10, alive: true, inFlight: {}, ...more };
};
const leaving = (more: Partial<Leaving> = {}): Leaving => {
  return { key: 'r/1', position: 10, drainMs: 30_000, waitedMs: 0, unreachable: false, ...more };
};
const drained = { type: 'drained', acknowledged: [], unheard: [], cutOff: 0 };

test.each<[string, Leaving, readonly RouterView[], unknown]>([
  ['nobody routes', leaving(), [], drained],
  ['one is behind', leaving(), [router('a', { position: 9 })], { type: 'wait', againMs: ACKNOWLEDGE_MS }],
  ['all have let go', leaving(), [router('a'), router('b')], { ...drained, acknowledged: ['a', 'b'] }],
  [
    'requests are left',
    leaving({ waitedMs: 1_000 }),
    [router('a', { inFlight: { 'r/1': 2 } })],
    { type: 'wait', againMs: 29_000 },
  ],
  [
    'one cannot tell what is left',
    leaving({ waitedMs: 1_000 }),
    [router('a', { blind: true })],
    { type: 'wait', againMs: 29_000 },
  ],
  [
    'requests of another generation',
    leaving(),
    [router('a', { inFlight: { 'r/2': 2 } })],
    { ...drained, acknowledged: ['a'] },
  ],
  [
    'its time is over',
    leaving({ waitedMs: 30_000 }),
    [router('a', { inFlight: { 'r/1': 2 } }), router('b', { inFlight: { 'r/1': 1 } })],
    { ...drained, acknowledged: ['a', 'b'], cutOff: 3 },
  ],
  [
    'one is silent past its lease',
    leaving(),
    [router('a'), router('b', { alive: false, position: 3, inFlight: { 'r/1': 7 } })],
    { ...drained, acknowledged: ['a'], unheard: [{ router: 'b', why: 'silent' }] },
  ],
  [
    'one beats and does not come along',
    leaving({ waitedMs: ACKNOWLEDGE_MS }),
    [router('a', { position: 9 })],
    { ...drained, unheard: [{ router: 'a', why: 'still at position 9, before 10' }] },
  ],
  [
    'its node is lost',
    leaving({ unreachable: true }),
    [router('a', { position: 9 }), router('b', { inFlight: { 'r/1': 1 } })],
    {
      ...drained,
      acknowledged: ['b'],
      unheard: [{ router: 'a', why: 'nothing reaches the replica any more' }],
      cutOff: 1,
    },
  ],
])('%s', (_, replica, routers, expected) => {
  expect(drainVerdict(replica, routers)).toEqual(expected);
});

const anyRouter = fc.record({
  id: fc.string(),
  position: fc.nat(20),
  alive: fc.boolean(),
  inFlight: fc.dictionary(fc.constantFrom('r/1', 'r/2'), fc.nat(3)),
});
const anyLeaving = fc.record({
  key: fc.constant('r/1'),
  position: fc.nat(20),
  drainMs: fc.nat(60_000),
  waitedMs: fc.nat(120_000),
  unreachable: fc.boolean(),
});

test('every wait ends, at the latest when it said; nothing is stopped under a live router that still sends, or has requests, within their times', () => {
  fc.assert(
    fc.property(anyLeaving, fc.array(anyRouter, { maxLength: 4 }), (replica, routers) => {
      const { waitedMs, drainMs, position } = replica;
      const verdict = drainVerdict(replica, routers);
      const later = { ...replica, waitedMs: Math.max(ACKNOWLEDGE_MS, drainMs) };
      expect(drainVerdict(later, routers).type).toBe('drained');
      const live = routers.filter((each) => each.alive);
      const sends = live.some((each) => each.position < position) && waitedMs < ACKNOWLEDGE_MS;
      const busy =
        live.some((each) => each.position >= position && (each.inFlight['r/1'] ?? 0) > 0) && waitedMs < drainMs;
      expect(verdict.type === 'wait').toBe(!replica.unreachable && (sends || busy));
      const named = verdict.type === 'wait' ? routers.map(({ id }) => id) : namesIn(verdict);
      expect(named.toSorted()).toEqual(routers.map(({ id }) => id).toSorted());
    }),
  );
});

function namesIn({ acknowledged, unheard }: Extract<Verdict, { type: 'drained' }>): readonly string[] {
  return [...acknowledged, ...unheard.map(({ router: name }) => name)];
}
