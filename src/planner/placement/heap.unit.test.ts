import fc from 'fast-check';
import { expect, test } from 'vitest';

import { best, heapOf, removeFirst, settleFirst } from './heap.ts';

interface Item {
  value: number;
  readonly index: number;
}

function before(left: Item, right: Item): boolean {
  return left.value === right.value ? left.index < right.index : left.value > right.value;
}

function sorted(items: readonly Item[]): readonly Item[] {
  return items.toSorted((left, right) => (before(left, right) ? -1 : 1));
}

test('after any changes of the first item the best ones come in order', () => {
  const changes = fc.array(fc.option(fc.nat(20)), { maxLength: 40 });
  fc.assert(
    fc.property(fc.array(fc.nat(20)), changes, fc.nat(8), (values, all, count) => {
      const heap = heapOf(
        values.map((value, index): Item => ({ value, index })),
        before,
      );
      for (const change of all) {
        const [first] = heap.items;
        if (change === null || first === undefined) {
          removeFirst(heap);
        } else {
          first.value = change;
          settleFirst(heap);
        }
        expect(best(heap, count)).toEqual(sorted(heap.items).slice(0, count));
      }
    }),
  );
});
