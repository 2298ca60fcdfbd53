/** A value that has no fields of its own: text, number, flag, or a list as a whole. */
export type Leaf = string | number | boolean | null | readonly unknown[];

/**
 * Every value of an object under its path: `resources.cpu`, `envars.PORT`. An object without fields says as little as none;
 * a list without items says something: it stands for "none of the definition's".
 */
export function leavesOf(value: object): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  collect(value, '', leaves);
  return leaves;
}

function collect(value: unknown, path: string, leaves: Map<string, Leaf>): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    leaves.set(path, value as Leaf);
    return;
  }
  for (const [key, part] of Object.entries(value)) collect(part, path === '' ? key : `${path}.${key}`, leaves);
}
