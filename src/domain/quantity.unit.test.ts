import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { formatBytes, formatCpu, parseBytes, parseCpu } from './quantity.ts';

describe('parseCpu', () => {
  test.each([
    ['500m', 500],
    ['1', 1_000],
    ['2.5', 2_500],
    ['0.25', 250],
    ['1m', 1],
    ['0.001', 1],
    ['8', 8_000],
  ])('%s is %d thousandths of a core', (text, millis) => {
    expect(parseCpu(text)).toBe(millis);
  });

  test.each([
    '',
    '0',
    '0m',
    '0.0',
    '-1',
    '+1',
    '1.5m',
    '1.0001',
    '1e3',
    ' 1',
    '1 ',
    '.5',
    '1.',
    'm',
    '1M',
    '1cpu',
    '٣',
  ])('%j is none', (text) => {
    expect(parseCpu(text)).toBeUndefined();
  });
});

describe('parseBytes', () => {
  test.each([
    ['128Mi', 128 * 2 ** 20],
    ['1Gi', 2 ** 30],
    ['512M', 512_000_000],
    ['24GB', 24_000_000_000],
    ['256Mi', 256 * 2 ** 20],
    ['4GiB', 4 * 2 ** 30],
    ['1.5Ki', 1_536],
    ['0.5k', 500],
    ['1024', 1_024],
    ['2T', 2e12],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  test.each([
    '',
    '0',
    '0Mi',
    '-1Mi',
    '1.5',
    '0.3Ki',
    '1mi',
    '1 Mi',
    'Mi',
    '1E',
    '1e3',
    '99999999999999999999',
    '10000Ti0',
    'lots',
  ])('%j is none', (text) => {
    expect(parseBytes(text)).toBeUndefined();
  });
});

describe('what is formatted parses back', () => {
  const amount = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

  test('CPU, in whole cores and tenths of one too', () => {
    const tenths = fc.integer({ min: 1, max: 10_000 }).map((count) => count * 100);
    fc.assert(
      fc.property(fc.oneof(amount, tenths), (millis) => {
        expect(parseCpu(formatCpu(millis))).toBe(millis);
      }),
    );
  });

  test('bytes, in whole units of any size too', () => {
    fc.assert(fc.property(amount, (bytes) => parseBytes(formatBytes(bytes)) === bytes));
    const units = fc.constantFrom(1e3, 1e6, 1e9, 1e12, 2 ** 10, 2 ** 20, 2 ** 30, 2 ** 40);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8_000 }), units, (count, unit) => {
        expect(parseBytes(formatBytes(count * unit))).toBe(count * unit);
      }),
    );
  });

  test('a fraction of a unit is exact or refused, never rounded', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999 }), fc.integer({ min: 1, max: 999 }), (whole, thousandths) => {
        const bytes = parseBytes(`${whole}.${String(thousandths).padStart(3, '0')}Ki`);
        const exact = (whole * 1000 + thousandths) * 1024;
        expect(bytes).toBe(exact % 1000 === 0 ? exact / 1000 : undefined);
      }),
    );
  });
});

describe('every form of the specification stands for its number, and what it is formatted to for the same', () => {
  const count = fc.integer({ min: 1, max: 8_000 });

  test.each([
    ['500m', 1],
    ['8', 1_000],
  ])('CPU like %s', (example, unit) => {
    const suffix = example.replace(/^\d+/, '');
    fc.assert(
      fc.property(count, (whole) => {
        expect(parseCpu(`${whole}${suffix}`)).toBe(whole * unit);
        expect(parseCpu(formatCpu(whole * unit))).toBe(whole * unit);
      }),
    );
  });

  test('CPU like 2.5, in up to three places', () => {
    fc.assert(
      fc.property(count, fc.integer({ min: 0, max: 999 }), (whole, thousandths) => {
        const millis = whole * 1_000 + thousandths;
        expect(parseCpu(`${whole}.${String(thousandths).padStart(3, '0')}`)).toBe(millis);
        expect(parseCpu(formatCpu(millis))).toBe(millis);
      }),
    );
  });

  test.each([
    ['128Mi', 2 ** 20],
    ['512M', 1e6],
    ['24GB', 1e9],
    ['4Gi', 2 ** 30],
  ])('sizes like %s', (example, unit) => {
    const suffix = example.replace(/^\d+/, '');
    fc.assert(
      fc.property(count, (whole) => {
        expect(parseBytes(`${whole}${suffix}`)).toBe(whole * unit);
        expect(parseBytes(formatBytes(whole * unit))).toBe(whole * unit);
      }),
    );
  });
});

test('no text makes a parser throw or answer anything but a positive safe integer', () => {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^\d{0,20}\.?\d{0,10}[a-zA-Z]{0,3}$/));
  fc.assert(
    fc.property(texts, (text) => {
      for (const value of [parseCpu(text), parseBytes(text)]) {
        expect(value === undefined || (Number.isSafeInteger(value) && value > 0)).toBe(true);
      }
    }),
  );
});
