import fc from 'fast-check';
import { expect, test } from 'vitest';

import { dueAfter, EVENTS_BETWEEN } from './sign-checkpoints.ts';

const MS = 10_000;

test('an event waits for a checkpoint no longer than it may', () => {
  const due = dueAfter(MS);
  expect(due(0, { after: 0, head: 5 })).toEqual([]);
  expect(due(9_999, { after: 0, head: 9 })).toEqual([]);
  expect(due(10_000, { after: 0, head: 12 })).toEqual([12]);
  expect(due(11_000, { after: 12, head: 12 })).toEqual([]);
  // It waits from when it was seen first, not from the checkpoint on.
  expect(due(30_000, { after: 12, head: 13 })).toEqual([]);
  expect(due(40_000, { after: 12, head: 13 })).toEqual([13]);
});

test('many events have one every thousand, at once', () => {
  const due = dueAfter(MS);
  expect(due(0, { after: 100, head: 3_150 })).toEqual([1_100, 2_100, 3_100]);
  expect(due(5_000, { after: 3_100, head: 3_150 })).toEqual([]);
  expect(due(10_000, { after: 3_100, head: 3_150 })).toEqual([3_150]);
});

test('however the log grows and whenever one looks, never more than a thousand events lie between two, and none waits too long', () => {
  const anyLooks = fc.array(fc.record({ grows: fc.nat(4_000), ms: fc.integer({ min: 1, max: 3_000 }) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(anyLooks, (looks) => {
      const due = dueAfter(MS);
      let [now, head, after] = [0, 0, 0];
      let waitingSince: number | undefined;
      for (const { grows, ms } of looks) {
        now += ms;
        head += grows;
        if (head > after) waitingSince ??= now;
        const positions = due(now, { after, head });
        for (const position of positions) {
          expect(position - after).toBeGreaterThan(0);
          expect(position - after).toBeLessThanOrEqual(EVENTS_BETWEEN);
          expect(position).toBeLessThanOrEqual(head);
          after = position;
        }
        if (positions.length > 0) waitingSince = head > after ? now : undefined;
        expect(head - after).toBeLessThan(EVENTS_BETWEEN);
        expect(waitingSince === undefined || now - waitingSince < MS).toBe(true);
      }
    }),
  );
});
