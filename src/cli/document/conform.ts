import type { Json } from '../json.ts';
import { nearest } from '../text/nearest.ts';
import { describeSchema, type Schema } from './schema.ts';
import { describeTree, entryOf, isEmpty, type Mapping, type Position, type Tree } from './tree.ts';
import { unknownKey } from './unknown-key.ts';

/** What is wrong with one field, and where it is written. */
export interface Misfit {
  readonly at: Position;
  readonly field: string;
  readonly message: string;
  readonly hint?: string;
  /** Whether a wrong indentation explains it. */
  readonly misindented?: boolean;
}

/** The value as far as it fits, and everything that does not. */
export interface Conformed {
  readonly value: Json;
  readonly misfits: readonly Misfit[];
}

/**
 * Reads a document in a shape. Where text is wanted, an unquoted number or boolean counts as it is written
 * (`cpu: 1`, `PORT: 8080`, `DEBUG: true`); nothing is guessed the other way round.
 */
export function conform(tree: Tree, schema: Schema, field = ''): Conformed {
  if (schema.enum !== undefined) return conformEnum(tree, schema, field);
  switch (schema.type) {
    case 'string':
      return conformText(tree, schema, field);
    case 'integer':
      return conformInteger(tree, schema, field);
    case 'array':
      return conformList(tree, schema, field);
    case 'object':
    case undefined:
      return conformMapping(tree, schema, field);
    default:
      return schema.type satisfies never;
  }
}

function misfit(tree: Tree, field: string, message: string, hint?: string): Conformed {
  return { value: null, misfits: [{ at: tree.at, field, message, ...(hint === undefined ? {} : { hint }) }] };
}

function wrongKind(tree: Tree, schema: Schema, field: string, hint?: string): Conformed {
  return misfit(tree, field, `${describeSchema(schema)} is wanted here, not ${describeTree(tree)}`, hint);
}

function conformText(tree: Tree, schema: Schema, field: string): Conformed {
  if (tree.kind !== 'scalar') return wrongKind(tree, schema, field);
  if (tree.value === null) return wrongKind(tree, schema, field, 'for an empty text write ""');
  if (tree.text.length < (schema.minLength ?? 0)) return misfit(tree, field, 'must not be empty');
  return { value: tree.text, misfits: [] };
}

function conformEnum(tree: Tree, schema: Schema, field: string): Conformed {
  const allowed = schema.enum ?? [];
  if (tree.kind !== 'scalar' || tree.value === null) return wrongKind(tree, schema, field);
  if (allowed.includes(tree.text)) return { value: tree.text, misfits: [] };
  const guess = nearest(tree.text, allowed) ?? (allowed.length <= 2 ? allowed[0] : undefined);
  return misfit(
    tree,
    field,
    `"${tree.text}" is not ${describeSchema(schema)}`,
    guess === undefined ? undefined : `did you mean ${guess}?`,
  );
}

function conformInteger(tree: Tree, schema: Schema, field: string): Conformed {
  if (tree.kind !== 'scalar' || typeof tree.value !== 'number' || !Number.isInteger(tree.value)) {
    const quoted = tree.kind === 'scalar' && typeof tree.value === 'string' && /^-?\d+$/.test(tree.value);
    return wrongKind(tree, schema, field, quoted ? `write ${tree.value} without quotes` : undefined);
  }
  const [low, high] = [schema.minimum ?? Number.MIN_SAFE_INTEGER, schema.maximum ?? Number.MAX_SAFE_INTEGER];
  if (tree.value < low || tree.value > high) {
    return misfit(tree, field, `${tree.text} is not between ${low} and ${high}`);
  }
  return { value: tree.value, misfits: [] };
}

function conformList(tree: Tree, schema: Schema, field: string): Conformed {
  if (tree.kind !== 'list') return wrongKind(tree, schema, field);
  if (tree.items.length < (schema.minItems ?? 0)) return misfit(tree, field, 'the list must not be empty');
  const items = tree.items.map((item, index) => conform(item, schema.items ?? {}, `${field}[${index}]`));
  return { value: items.map(({ value }) => value), misfits: items.flatMap(({ misfits }) => misfits) };
}

function conformMapping(tree: Tree, schema: Schema, field: string): Conformed {
  if (tree.kind !== 'mapping') return wrongKind(tree, schema, field);
  const misfits: Misfit[] = [];
  const fields: [string, Json][] = [];
  for (const entry of tree.entries) {
    const path = field === '' ? entry.key : `${field}.${entry.key}`;
    const known = propertyOf(schema, entry.key);
    if (known === undefined) misfits.push(unknownKey(tree, schema, entry, path));
    // A key with nothing behind it says as much as no key, except in a mapping with free keys.
    else if (isEmpty(entry.value) && schema.properties !== undefined) continue;
    else {
      const read = conform(entry.value, known, path);
      misfits.push(...read.misfits);
      fields.push([entry.key, read.value]);
    }
  }
  return { value: Object.fromEntries(fields), misfits: [...misfits, ...missing(tree, schema, field)] };
}

function propertyOf(schema: Schema, key: string): Schema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function missing(tree: Mapping, schema: Schema, field: string): Misfit[] {
  return (schema.required ?? []).flatMap((key) => {
    const entry = entryOf(tree, key);
    if (entry !== undefined && !isEmpty(entry.value)) return [];
    const path = field === '' ? key : `${field}.${key}`;
    return [{ at: entry?.keyAt ?? tree.at, field: path, message: 'is missing' }];
  });
}
