import { findField } from '../explain/field.ts';

/** Lines of a file that are read as its field: what the field is for, as `oo explain` has it, over how it is written. */
export function noted(path: string, written: string, indent = ''): readonly string[] {
  return [`${indent}# ${descriptionOf(path)}`, `${indent}${written}`];
}

/** The same for a field that is left out for now: without the `#` in front it counts. */
export function offered(path: string, written: string, indent = ''): readonly string[] {
  return noted(path, `#${written}`, indent);
}

/** A text as YAML reads it back, whatever is in it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

export function descriptionOf(path: string): string {
  const field = findField(path);
  if ('unknown' in field) throw new Error(`${path} is no field of a file`);
  return field.schema.description ?? '';
}
