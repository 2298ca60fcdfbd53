import type { Json } from '../json.ts';
import { propertyOf, type Schema } from './schema.ts';
import { type Position, type Tree } from './tree.ts';
import { unknownKey } from './unknown-key.ts';

/** A key that the shape does not have, and where it is written. */
export interface Misfit {
  readonly at: Position;
  readonly field: string;
  readonly message: string;
  readonly hint?: string;
  /** Whether a wrong indentation explains it. */
  readonly misindented?: boolean;
}

/** The document as plain JSON, and the keys that it should not have. */
export interface Conformed {
  readonly value: Json;
  readonly misfits: readonly Misfit[];
}

/**
 * Turns a document into JSON. Where text is wanted, an unquoted number or boolean counts as it is written (`cpu: 1`,
 * `PORT: 8080`, `VERSION: 1.10`); everything else stays what it is, for the domain to judge. Unknown keys are misfits.
 */
export function conform(tree: Tree, schema: Schema, field = ''): Conformed {
  switch (tree.kind) {
    case 'scalar':
      return { value: schema.type === 'string' && tree.value !== null ? tree.text : tree.value, misfits: [] };
    case 'list': {
      const items = tree.items.map((item, index) => conform(item, schema.items ?? {}, `${field}[${index}]`));
      return { value: items.map(({ value }) => value), misfits: items.flatMap(({ misfits }) => misfits) };
    }
    case 'mapping': {
      const fields: [string, Json][] = [];
      const misfits: Misfit[] = [];
      for (const entry of tree.entries) {
        const path = field === '' ? entry.key : `${field}.${entry.key}`;
        const known = propertyOf(schema, entry.key);
        if (known === undefined && schema.properties !== undefined) {
          misfits.push(unknownKey(tree, schema, entry, path));
          continue;
        }
        const read = conform(entry.value, known ?? {}, path);
        misfits.push(...read.misfits);
        fields.push([entry.key, read.value]);
      }
      return { value: Object.fromEntries(fields), misfits };
    }
    default:
      return tree satisfies never;
  }
}
