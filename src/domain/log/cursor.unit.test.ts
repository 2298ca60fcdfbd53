import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createCursor, nanosecondForm, type Placed } from './cursor.ts';

interface Line extends Placed {
  readonly time: string;
  readonly number: number;
}

const BASE = Date.parse('2030-01-02T03:04:05Z');

/**
 * What a container wrote, as its engine keeps it: within a stream in the order of times, many of them the same; between the
 * streams out of order by up to a second.
 */
const written = fc
  .array(
    fc.record({
      stream: fc.constantFrom('stdout' as const, 'stderr' as const),
      step: fc.constantFrom(0, 0, 1, 700, 9_000),
      late: fc.nat(999),
    }),
    { maxLength: 40 },
  )
  .map((parts) => {
    const clocks = { stdout: BASE, stderr: BASE };
    let clock = BASE;
    const lines = parts.map(({ stream, step, late }, number): Line => {
      clock += step;
      clocks[stream] = Math.max(clocks[stream], clock - (stream === 'stderr' ? late : 0));
      return { stream, number, time: nanosecondForm(new Date(clocks[stream])) };
    });
    return lines;
  });

/** What the engine gives to a reading: all lines from that time on. */
const given = (lines: readonly Line[], from: string | undefined): readonly Line[] =>
  lines.filter(({ time }) => from === undefined || time >= from);

describe('a cursor', () => {
  test('lets every line pass once, in order, however often the reading breaks off and however much there is by then', () => {
    fc.assert(
      fc.property(written, fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 6 }), (lines, breaks) => {
        const cursor = createCursor();
        const passed: Line[] = [];
        const seen = breaks.map(([present, taken]) => ({ present, taken }));
        let present = 0;
        for (const each of [...seen, { present: lines.length, taken: lines.length }]) {
          present = Math.max(present, each.present);
          const passes = cursor.begin();
          for (const line of given(lines.slice(0, present), cursor.from).slice(0, each.taken)) {
            if (passes(line)) passed.push(line);
          }
        }
        const numbers = passed.map(({ number }) => number);
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(numbers.toSorted((a, b) => a - b)).toEqual(lines.map(({ number }) => number));
        for (const stream of ['stdout', 'stderr']) {
          const own = passed.filter((line) => line.stream === stream).map(({ number }) => number);
          expect(own).toEqual(own.toSorted((a, b) => a - b));
        }
      }),
    );
  });

  test('goes on behind a tail without what lay before it', () => {
    const at = (seconds: number): string => nanosecondForm(new Date(BASE + seconds * 1_000));
    const cursor = createCursor({ tailed: true });
    expect(cursor.begin()({ stream: 'stdout', time: at(100) })).toBe(true);
    expect(cursor.from).toBe(at(99));
    const passes = cursor.begin();
    expect(passes({ stream: 'stderr', time: at(98) })).toBe(false);
    expect(passes({ stream: 'stdout', time: at(100) })).toBe(false);
    expect(passes({ stream: 'stderr', time: at(101) })).toBe(true);
  });

  test('begins at its floor, and lets nothing earlier pass', () => {
    const floor = nanosecondForm(new Date(BASE));
    const cursor = createCursor({ floor });
    expect(cursor.from).toBe(floor);
    const passes = cursor.begin();
    expect(passes({ stream: 'stderr', time: nanosecondForm(new Date(BASE - 1)) })).toBe(false);
    expect(passes({ stream: 'stdout', time: nanosecondForm(new Date(BASE + 60_000)) })).toBe(true);
    expect(cursor.from).toBe(nanosecondForm(new Date(BASE + 50_000)));
  });

  test('lets a line without a time pass', () => {
    expect(createCursor().begin()({ stream: 'stdout' })).toBe(true);
  });
});
