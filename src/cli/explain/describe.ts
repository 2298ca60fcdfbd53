import type { JsonSchema } from '../../api/contract/file-kinds.ts';
import { contentOf, type Field, fieldsOf, presentOf } from './field.ts';

/** What is said of a field, for programs. */
export interface Explanation {
  readonly path: string;
  readonly description: string;
  /** `integer`, `list of text` … */
  readonly type: string;
  readonly unit?: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly deprecated?: boolean;
  readonly readOnly?: boolean;
  /** Of these fields exactly one has to be there. */
  readonly exactlyOneOf?: readonly string[];
  readonly fields?: readonly {
    readonly name: string;
    readonly type: string;
    readonly required: boolean;
    readonly description: string;
  }[];
}

/** The smallest and the largest whole number that every program can count with: bounds that say nothing. */
const SAFE: readonly unknown[] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

export function explanationOf(field: Field): Explanation {
  const { schema, path, required } = field;
  const shape = presentOf(schema);
  const bound = (limit: number | undefined): number | undefined => (SAFE.includes(limit) ? undefined : limit);
  const fields = fieldsOf(field).map((each) => ({
    name: each.name,
    type: typeOf(each.schema),
    required: each.required,
    description: each.schema.description ?? '',
  }));
  return withoutUndefined({
    path,
    description: schema.description ?? '',
    type: typeOf(schema),
    unit: schema['x-unit'],
    required,
    default: schema.default,
    minimum: bound(shape.minimum),
    maximum: bound(shape.maximum),
    pattern: shape.pattern,
    enum: shape.enum ?? (shape.const === undefined ? undefined : [shape.const]),
    examples: schema.examples,
    deprecated: schema.deprecated,
    readOnly: schema.readOnly,
    exactlyOneOf: contentOf(schema)['x-exactly-one-of'],
    fields: fields.length === 0 ? undefined : fields,
  });
}

/** The words of this page, not those of JSON Schema. */
function typeOf(schema: JsonSchema): string {
  const { type, items, enum: choices, additionalProperties: free, properties } = presentOf(schema);
  if (choices !== undefined) return 'one word';
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (type === 'object' && properties === undefined) {
    return typeof free === 'object' && free.$ref === undefined ? `${typeOf(free)} by name` : 'any object';
  }
  switch (type) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'object':
      return 'object';
    default:
      return String(type ?? 'anything');
  }
}

function withoutUndefined<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}
