/** A binary heap in an array: the best item is first. Only the best one ever changes. */
export interface Heap<Item> {
  readonly items: Item[];
  /** True when the left one is better. Total: no two items are equal. */
  readonly before: (left: Item, right: Item) => boolean;
}

/** Makes a heap of the items, in place: O(n). */
export function heapOf<Item>(items: Item[], before: Heap<Item>['before']): Heap<Item> {
  const heap = { items, before };
  for (let index = (items.length >> 1) - 1; index >= 0; index -= 1) sink(heap, index);
  return heap;
}

/** The first item has changed: finds its place. O(log n). */
export function settleFirst<Item>(heap: Heap<Item>): void {
  sink(heap, 0);
}

/** Takes the first item out. O(log n). */
export function removeFirst<Item>(heap: Heap<Item>): void {
  const last = heap.items.pop();
  if (last === undefined || heap.items.length === 0) return;
  heap.items[0] = last;
  sink(heap, 0);
}

/** The best `count` items, best first; looks at no more than twice as many. */
export function best<Item>({ items, before }: Heap<Item>, count: number): readonly Item[] {
  const found: Item[] = [];
  const frontier = items.length === 0 ? [] : [0];
  while (frontier.length > 0 && found.length < count) {
    let chosen = 0;
    for (let index = 1; index < frontier.length; index += 1) {
      if (before(at(items, frontier[index]), at(items, frontier[chosen]))) chosen = index;
    }
    const [position = 0] = frontier.splice(chosen, 1);
    found.push(at(items, position));
    for (const child of [2 * position + 1, 2 * position + 2]) if (child < items.length) frontier.push(child);
  }
  return found;
}

function sink<Item>({ items, before }: Heap<Item>, from: number): void {
  let index = from;
  for (;;) {
    let top = index;
    for (let child = 2 * index + 1; child <= 2 * index + 2 && child < items.length; child += 1) {
      if (before(at(items, child), at(items, top))) top = child;
    }
    if (top === index) return;
    [items[index], items[top]] = [at(items, top), at(items, index)];
    index = top;
  }
}

function at<Item>(items: readonly Item[], index: number | undefined): Item {
  // Every index comes from below the length.
  return items[index ?? 0] as Item;
}
