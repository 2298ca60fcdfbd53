import { expect, test } from 'vitest';

import type { ScalingView } from '../../api/contract/scaling-schemas.ts';
import { describeScaling } from './scaling.ts';

const NOW = Date.UTC(2030, 0, 1, 12);
const ago = (seconds: number): string => new Date(NOW - seconds * 1_000).toISOString();

const numbers = {
  current: 3,
  signals: [],
  recommended: 4,
  lowestInUpWindow: 4,
  highestInDownWindow: 4,
  afterWindow: 4,
  stepLimit: 7,
  min: 2,
  max: 10,
  wanted: 4,
};
const sentence = 'CPU 83 % of 500m over 3 replicas, target 70 %: 4 wanted';
const view = (change: Partial<ScalingView>): ScalingView => ({ min: 2, max: 10, current: 4, ...change });

test('what was measured, what came of it, and when', () => {
  const last = { from: 3, to: 4, reason: sentence, at: ago(120) };
  expect(describeScaling(view({ looked: { at: ago(2), sentence, numbers }, last }), NOW)).toBe(
    '4, within 2 and 10: CPU 83 % of 500m over 3 replicas, target 70 %: 4 wanted; scaled 3 -> 4 2m0s ago',
  );
});

test('before the first look', () => {
  expect(describeScaling(view({ current: 2 }), NOW)).toBe('2, within 2 and 10: not measured yet');
});

test('a look of long ago is told as that: nobody measures any more', () => {
  expect(describeScaling(view({ looked: { at: ago(300), sentence, numbers } }), NOW)).toMatch(
    /: 4 wanted \(5m0s ago; no worker has looked since\)$/,
  );
});
