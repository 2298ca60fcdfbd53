import { isJsonObject, type Json, type JsonObject } from './data.ts';

/** The data without what the pointer (JSON Pointer, RFC 6901, as its keys) names. What is not there is removed already. */
export function removeFrom(data: JsonObject, pointer: readonly string[]): JsonObject {
  return pointer.length === 0 ? {} : withoutKey(data, pointer);
}

/** The keys of a JSON Pointer: `/a/b~1c` -> `a`, `b/c`. Undefined when it is none. */
export function parsePointer(text: string): readonly string[] | undefined {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function without(value: Json, pointer: readonly string[]): Json {
  if (isJsonObject(value)) return withoutKey(value, pointer);
  return Array.isArray(value) ? withoutItem(value, pointer) : value;
}

function withoutKey(object: JsonObject, [key = '', ...rest]: readonly string[]): JsonObject {
  const entries = Object.entries(object).flatMap(([name, entry]): [string, Json][] => {
    if (name !== key) return [[name, entry]];
    return rest.length === 0 ? [] : [[name, without(entry, rest)]];
  });
  return Object.fromEntries(entries);
}

/** Indexes have one spelling only: no sign, no leading zero. */
function withoutItem(list: readonly Json[], [key = '', ...rest]: readonly string[]): Json[] {
  return list.flatMap((entry, index) => {
    if (String(index) !== key) return [entry];
    return rest.length === 0 ? [] : [without(entry, rest)];
  });
}
