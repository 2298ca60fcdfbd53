import fc from 'fast-check';
import { expect, test } from 'vitest';

import { formatAge, formatElapsed, formatHeartbeat, formatSeconds, parseDuration } from './duration.ts';

test.each([
  [0, '0s'],
  [8_999, '8s'],
  [65_000, '1m5s'],
  [3_605_000, '1h0m5s'],
  [90_061_000, '25h1m1s'],
  [-5000, '0s'],
])('%i ms are %s', (milliseconds, text) => {
  expect(formatSeconds(milliseconds)).toBe(text);
});

test('heartbeats: an age, never, none, and text that is no time', () => {
  const now = Date.parse('2026-01-02T03:04:13.700Z');
  expect(formatHeartbeat('2026-01-02T03:04:05.678Z', now)).toBe('8s ago');
  expect(formatHeartbeat('0001-01-01T00:00:00Z', now)).toBe('2562047h47m16s ago');
  expect(formatHeartbeat(undefined, now)).toBe('');
  expect(formatHeartbeat('yesterday', now)).toBe('yesterday');
});

test('elapsed time has tenths below a minute', () => {
  expect(formatElapsed(4_120)).toBe('4.1 s');
  expect(formatElapsed(125_000)).toBe('2m5s');
});

test.each([
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['250ms', 250],
  ['5', undefined],
  ['5 m', undefined],
  ['m5', undefined],
  ['', undefined],
])('"%s" is %s ms', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test('a printed duration reads back as the same whole seconds', () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), (seconds) => {
      expect(parseDuration(formatSeconds(seconds * 1000))).toBe(seconds * 1000);
    }),
  );
});

test.each([
  [0, '0s'],
  [12_000, '12s'],
  [450_000, '7m30s'],
  [18_120_000, '5h2m'],
  [18_000_000, '5h'],
  [273_600_000, '3d4h'],
])('an age of %i ms is %s', (milliseconds, text) => {
  expect(formatAge('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:00Z') + milliseconds)).toBe(text);
});

test('there is no age of nothing', () => {
  expect(formatAge(undefined, 0)).toBe('');
});
