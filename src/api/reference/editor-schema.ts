import { type FileKind, type JsonSchema, shapeOf } from '../contract/file-kinds.ts';

/**
 * The JSON Schema by which an editor completes and checks a file of that kind. It is what `oo` goes by: no other fields, and
 * where text is wanted an unquoted number or boolean counts as it is written.
 */
export function editorSchema(kind: FileKind): JsonSchema {
  const { $schema = '', ...shape } = shapeOf(kind);
  return { $schema, title: `oo ${kind} save`, ...asWritten(shape) };
}

function asWritten({ 'x-exactly-one-of': alternatives, ...schema }: JsonSchema): JsonSchema {
  const { type, properties, additionalProperties, items, anyOf } = schema;
  const free = schema.enum === undefined && schema.const === undefined;
  return {
    ...schema,
    ...(type === 'string' && free ? { type: ['string', 'number', 'boolean'] } : {}),
    ...(properties === undefined ? {} : { properties: each(properties), additionalProperties: false }),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: asWritten(additionalProperties) } : {}),
    ...(items === undefined ? {} : { items: asWritten(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(asWritten) }),
    ...(alternatives === undefined ? {} : { oneOf: alternatives.map((field) => ({ required: [field] })) }),
  };
}

function each(properties: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, asWritten(value)]));
}
