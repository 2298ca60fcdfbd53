import { expect, test } from 'vitest';
import { countLine, settle } from './count-reporter.ts';

test('the count line names passed and failed, and skipped only when there are some', () => {
  expect(countLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(countLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});

test('a failing exit without a failed test counts as one failure', () => {
  const counts = { passed: 3, failed: 0, skipped: 0 };
  expect(settle(counts, 1)).toEqual({ ...counts, failed: 1 });
  expect(settle(counts, 0)).toEqual(counts);
  expect(settle({ ...counts, failed: 2 }, 1).failed).toBe(2);
});
