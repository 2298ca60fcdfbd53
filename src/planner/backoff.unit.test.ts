import fc from 'fast-check';
import { expect, test } from 'vitest';

import { backoffMs } from './backoff.ts';

test('the first retry comes at once; then 1 s doubles to 60 s', () => {
  expect([0, 1].map((failures) => backoffMs(failures, 'web-r1-0'))).toEqual([0, 0]);
  const full = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000];
  for (const [index, most] of full.entries()) {
    const delay = backoffMs(index + 2, 'web-r1-0');
    expect(delay).toBeGreaterThanOrEqual(most * 0.8);
    expect(delay).toBeLessThanOrEqual(most);
  }
});

test('any number of failures has a finite delay, the same every time', () => {
  fc.assert(
    fc.property(fc.nat(1e9), fc.string(), (failures, id) => {
      const delay = backoffMs(failures, id);
      expect(Number.isInteger(delay) && delay >= 0 && delay <= 60_000).toBe(true);
      expect(backoffMs(failures, id)).toBe(delay);
    }),
  );
});

test('what failed together does not come back together', () => {
  const delays = Array.from({ length: 20 }, (_, ordinal) => backoffMs(6, `web-r1-${ordinal}`));
  expect(new Set(delays).size).toBeGreaterThan(15);
});
