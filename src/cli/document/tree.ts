/** A place in a file: both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A parsed document that still knows where each of its parts was written. */
export type Tree = Scalar | List | Mapping;

export interface Scalar {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  /** As written, without quotes: `1.10` stays `1.10`. */
  readonly text: string;
  readonly at: Position;
}

export interface List {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly at: Position;
}

export interface Mapping {
  readonly kind: 'mapping';
  readonly entries: readonly Entry[];
  readonly at: Position;
}

export interface Entry {
  readonly key: string;
  readonly keyAt: Position;
  readonly value: Tree;
}

/** The entry of that name, if the tree is a mapping that has it. */
export function entryOf(tree: Tree, key: string): Entry | undefined {
  return tree.kind === 'mapping' ? tree.entries.find((entry) => entry.key === key) : undefined;
}

/** Whether nothing is written there: `key:` alone, `~` or `null`. */
export function isEmpty(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}

/**
 * Where the value of the field with that path (`strategy.type`, `ports[0].host` or `ports.0.host`) is written: the value
 * itself where it is on one line, else its key, else the nearest part around it.
 */
export function locate(tree: Tree, field: string): Position {
  let at = tree.at;
  let current: Tree = tree;
  for (const part of pathOf(tree, field)) {
    const entry = entryOf(current, part);
    const next: Tree | undefined = current.kind === 'list' ? current.items[Number(part)] : entry?.value;
    if (next === undefined) return at;
    at = entry === undefined || next.kind === 'scalar' ? next.at : entry.keyAt;
    current = next;
  }
  return at;
}

/** Keys may hold dots themselves (`envars.my.key`), so the longest key that exists is taken at each step. */
function pathOf(tree: Tree, field: string): string[] {
  const parts = field
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((part) => part !== '');
  const path: string[] = [];
  let current: Tree | undefined = tree;
  for (let from = 0; from < parts.length;) {
    let to = parts.length;
    while (to > from + 1 && current && entryOf(current, parts.slice(from, to).join('.')) === undefined) to -= 1;
    const key = parts.slice(from, Math.max(to, from + 1)).join('.');
    path.push(key);
    current = current?.kind === 'list' ? current.items[Number(key)] : current && entryOf(current, key)?.value;
    from = Math.max(to, from + 1);
  }
  return path;
}
