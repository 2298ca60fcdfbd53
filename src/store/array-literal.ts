/** Elements that an array literal may hold as they are. */
const BARE = /^[\w./:@-]+$/;
const SPECIAL = /["\\]/g;

/** `{1,2,3}`: a PostgreSQL array of values that never need quotes, as numbers and UUIDs. */
export function bareArray(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`;
}

/** A PostgreSQL `text[]` (or `jsonb[]`) as a literal; undefined becomes NULL. The driver's own conversion of a list costs several times as much. */
export function textArray(values: readonly (string | undefined)[]): string {
  return `{${values.map(element).join(',')}}`;
}

const ARRAY_HEADER = 20;
/** Built-in types have the same number everywhere; the binary form of jsonb begins with its version. */
const JSON_TYPES = { json: { oid: 114, lead: [] }, jsonb: { oid: 3_802, lead: [1] } } as const;

/**
 * A PostgreSQL array of JSON texts in the binary form of the protocol: JSON is full of quotes, which a literal would
 * have escaped here and unescaped there. `json` keeps each text as it is.
 */
export function jsonArray(type: keyof typeof JSON_TYPES, texts: readonly string[]): Buffer {
  const { oid, lead } = JSON_TYPES[type];
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const size = lengths.reduce((sum, length) => sum + 4 + lead.length + length, ARRAY_HEADER);
  const buffer = Buffer.allocUnsafe(size);
  // One dimension, no nulls, elements numbered from 1.
  let at = [1, 0, oid, texts.length, 1].reduce((offset, field) => buffer.writeInt32BE(field, offset), 0);
  for (const [index, text] of texts.entries()) {
    const length = lengths[index] ?? 0;
    at = buffer.writeInt32BE(lead.length + length, at);
    for (const byte of lead) at = buffer.writeInt8(byte, at);
    at += buffer.write(text, at, length);
  }
  return buffer;
}

function element(value: string | undefined): string {
  if (value === undefined) return 'NULL';
  // An unquoted NULL, in any case, would be the null value.
  if (BARE.test(value) && value.length !== 4) return value;
  return `"${value.replace(SPECIAL, '\\$&')}"`;
}
