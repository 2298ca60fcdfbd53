import { isJsonObject, type JsonObject, ownValue } from './data.ts';

/**
 * `over` laid over `base`: objects are merged key by key at every depth, anything else in `over` (lists, texts, numbers,
 * null, an object over something that is none) replaces what was there. No key of either is lost. Neither is changed.
 */
export function mergeData(base: JsonObject, over: JsonObject): JsonObject {
  // Object.fromEntries makes properties of its own even of a name like __proto__, where an assignment would not.
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const before = ownValue(base, key);
    merged.set(key, isJsonObject(before) && isJsonObject(value) ? mergeData(before, value) : value);
  }
  return Object.fromEntries(merged);
}
