import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { mergeByTime } from './merge.ts';

interface Item {
  readonly source: number;
  readonly index: number;
  readonly time: string | undefined;
}

const sourcesOf = (times: fc.Arbitrary<string | undefined>): fc.Arbitrary<Item[][]> =>
  fc
    .array(fc.array(times, { maxLength: 12 }), { maxLength: 6 })
    .map((all) => all.map((each, source) => each.map((time, index) => ({ source, index, time }))));

const digits = fc.nat(9).map(String);

/** Gives its items one by one, and tells whether it was closed. */
async function* source(items: readonly Item[], closed: () => void = () => undefined): AsyncGenerator<Item> {
  try {
    yield* items;
  } finally {
    closed();
  }
}

async function merged(sources: readonly Item[][]): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of mergeByTime(
    sources.map((items) => source(items)),
    ({ time }) => time,
  )) {
    all.push(item);
  }
  return all;
}

describe('merging by time', () => {
  test('gives every item once, and each source in its own order, whatever the times are', async () => {
    await fc.assert(
      fc.asyncProperty(sourcesOf(fc.option(digits, { nil: undefined })), async (sources) => {
        const all = await merged(sources);
        expect(all).toHaveLength(sources.flat().length);
        for (const [index, items] of sources.entries()) {
          expect(all.filter((item) => item.source === index)).toEqual(items);
        }
      }),
    );
  });

  test('gives items of sorted sources in the order of their times', async () => {
    await fc.assert(
      fc.asyncProperty(sourcesOf(digits), async (sources) => {
        const byTime = (a: Item, b: Item): number => Number(a.time) - Number(b.time);
        const all = await merged(sources.map((items) => items.toSorted(byTime)));
        expect(all.map(({ time }) => time)).toEqual(all.toSorted(byTime).map(({ time }) => time));
      }),
    );
  });

  test('closes its sources when the reader goes away', async () => {
    const closed: number[] = [];
    const items = [0, 1].map((number) => [
      { source: number, index: 0, time: '1' },
      { source: number, index: 1, time: '2' },
    ]);
    const all = mergeByTime(
      items.map((each, number) => source(each, () => closed.push(number))),
      ({ time }) => time,
    );
    for await (const item of all) {
      expect(item.index).toBe(0);
      break;
    }
    expect(closed.toSorted((a, b) => a - b)).toEqual([0, 1]);
  });
});
