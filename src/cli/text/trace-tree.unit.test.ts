import { expect, test } from 'vitest';

import { traceLines } from './trace-tree.ts';

const event = (position: number, causationId?: string) => ({
  position,
  eventId: `e${position}`,
  at: '2025-01-31T12:00:00Z',
  type: 'T',
  actor: 'user/ada',
  text: `text ${position}`,
  stream: 's',
  afterMs: position * 100,
  ...(causationId === undefined ? {} : { causationId }),
});

test('what an event led to stands below it, and the one that was asked for is marked', () => {
  const events = [event(1), event(2, 'e1'), event(3, 'e2'), event(4, 'e1'), event(5, 'e4')];
  expect(traceLines({ events, eventId: 'e4' })).toEqual([
    '[1] +0.1 s T: text 1',
    '├─ [2] +0.2 s T: text 2',
    '│  └─ [3] +0.3 s T: text 3',
    '└─ [4] +0.4 s T: text 4  <- this one',
    '   └─ [5] +0.5 s T: text 5',
  ]);
});

test('what was caused by something that is not shown is a beginning; a long chain is no trouble', () => {
  expect(traceLines({ events: [event(7, 'e1')], eventId: 'e7' })).toHaveLength(1);
  const chain = Array.from({ length: 5_000 }, (_, n) => (n === 0 ? event(0) : event(n, `e${n - 1}`)));
  expect(traceLines({ events: chain, eventId: 'e0' })).toHaveLength(5_000);
});
