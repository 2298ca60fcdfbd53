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

/** A PostgreSQL `bytea[]` of hexadecimal texts. */
export function byteaArray(hexes: readonly string[]): string {
  return hexes.length === 0 ? '{}' : `{"\\\\x${hexes.join('","\\\\x')}"}`;
}

function element(value: string | undefined): string {
  if (value === undefined) return 'NULL';
  // An unquoted NULL, in any case, would be the null value.
  if (BARE.test(value) && value.length !== 4) return value;
  return `"${value.replace(SPECIAL, '\\$&')}"`;
}
