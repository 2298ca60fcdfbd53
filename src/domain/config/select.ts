import { isJsonObject, type Json, type JsonObject } from './data.ts';

/** The keys that paths lead through; `whole`: one of them ends here. */
interface Wanted {
  readonly inner: Map<string, Wanted>;
  whole: boolean;
}

/**
 * The part of the data that these paths (`database.host`) name; what they do not name, and what is not there, is left out.
 * One walk, however many paths: anybody may ask for as many as a request holds.
 */
export function selectData(data: JsonObject, paths: readonly string[]): JsonObject {
  const root: Wanted = { inner: new Map(), whole: false };
  for (const path of paths) {
    let at = root;
    for (const key of path.split('.')) {
      const next = at.inner.get(key) ?? { inner: new Map(), whole: false };
      at.inner.set(key, next);
      at = next;
    }
    at.whole = true;
  }
  return pick(data, root);
}

function pick(data: JsonObject, { inner }: Wanted): JsonObject {
  const entries = Object.entries(data).flatMap(([key, value]): [string, Json][] => {
    const wanted = inner.get(key);
    if (wanted === undefined) return [];
    if (wanted.whole) return [[key, value]];
    const part = isJsonObject(value) ? pick(value, wanted) : {};
    return Object.keys(part).length === 0 ? [] : [[key, part]];
  });
  return Object.fromEntries(entries);
}
