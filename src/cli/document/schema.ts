/** The part of JSON Schema that says which fields a file may have, and where text is wanted. */
export interface Schema {
  readonly type?: string | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  /** The values of a mapping with free keys. */
  readonly additionalProperties?: Schema | boolean | undefined;
  readonly items?: Schema | undefined;
}

/** Whether a mapping or a list is wanted, which an indented block spells. */
export function isNested(schema: Schema | undefined): boolean {
  return schema?.type === 'object' || schema?.type === 'array';
}

/** The shape of that field, in a mapping with known or with free keys. */
export function propertyOf(schema: Schema, key: string): Schema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
