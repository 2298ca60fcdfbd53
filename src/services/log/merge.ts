/**
 * The items of several sources in the order of their times. Each source keeps its own order, whatever its times are: an item without
 * a time, or with an earlier one than the item before it, comes when its predecessor has come. Asks each source for one item ahead.
 */
export async function* mergeByTime<T>(
  sources: readonly AsyncIterable<T>[],
  timeOf: (item: T) => string | undefined,
): AsyncGenerator<T> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const take = async (iterator: AsyncIterator<T>, before: string): Promise<Ahead<T> | undefined> => {
    const next = await iterator.next();
    if (next.done === true) return undefined;
    const time = timeOf(next.value) ?? before;
    return { iterator, item: next.value, time: time > before ? time : before };
  };
  try {
    const begun = await Promise.all(iterators.map((iterator) => take(iterator, '')));
    let ahead = begun.filter((each) => each !== undefined);
    while (ahead.length > 0) {
      const first = ahead.reduce((least, each) => (each.time < least.time ? each : least));
      yield first.item;
      const next = await take(first.iterator, first.time);
      ahead = ahead.flatMap((each) => (each === first ? (next ?? []) : each));
    }
  } finally {
    await Promise.all(iterators.map(async (iterator) => iterator.return?.()));
  }
}

interface Ahead<T> {
  readonly iterator: AsyncIterator<T>;
  readonly item: T;
  readonly time: string;
}
