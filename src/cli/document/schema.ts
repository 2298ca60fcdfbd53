/** The part of JSON Schema in which the shapes of files are written. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly required?: readonly string[] | undefined;
  /** The values of a mapping with free keys. */
  readonly additionalProperties?: Schema | boolean | undefined;
  readonly items?: Schema | undefined;
  readonly minItems?: number | undefined;
  readonly minLength?: number | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
}

/** Whether a mapping or a list is wanted, which an indented block spells. */
export function isNested(schema: Schema | undefined): boolean {
  return schema?.type === 'object' || schema?.type === 'array';
}

/** What is wanted, in words: `a whole number`, `text`, `a list`. */
export function describeSchema(schema: Schema): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  switch (schema.type) {
    case 'string':
      return 'text';
    case 'integer':
      return 'a whole number';
    case 'array':
      return 'a list';
    case 'object':
    case undefined:
      return 'a mapping';
    default:
      return schema.type satisfies never;
  }
}
