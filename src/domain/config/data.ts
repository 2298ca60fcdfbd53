/** What JSON can say. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

/** The data of a config: an object, whatever is in it. Nobody changes one; they are made anew. */
export type JsonObject = { [key: string]: Json };

/** True for an object that is no list. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own value: a name that every object inherits is none of its keys. */
export function ownValue(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
