import fc from 'fast-check';
import type { z } from 'zod';

import { EVENT_SCHEMAS, type DomainEvent, type EventType } from '../../src/domain/event.ts';

/** Text that PostgreSQL can store, from all of Unicode. */
export const anyText = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll('\0', '∅'));

/** Any JSON that an event may hold: zod leaves out a key named __proto__. */
const anyJson = fc
  .json({ maxDepth: 3, stringUnit: 'binary' })
  .map((text): unknown =>
    JSON.parse(text.replaceAll('\\u0000', '∅'), (key, value: unknown) => (key === '__proto__' ? undefined : value)),
  );

/** Any event of that type: whatever its schema allows. */
export function anyEvent(type: EventType): fc.Arbitrary<DomainEvent> {
  // The schema of the type is what the type of its data is inferred from.
  return anyOf(EVENT_SCHEMAS[type]).map((data) => ({ type, data }) as DomainEvent);
}

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly entries?: Readonly<Record<string, string>>;
  readonly checks?: readonly unknown[];
}

function anyOf(schema: z.ZodType | undefined): fc.Arbitrary<unknown> {
  if (schema === undefined) throw new Error('a schema without its part');
  const definition = schema.def as Definition;
  switch (definition.type) {
    case 'string':
      return anyText;
    case 'boolean':
      return fc.boolean();
    case 'number':
      return (definition.checks ?? []).length > 0
        ? fc.maxSafeInteger()
        : fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'enum':
      return fc.constantFrom(...Object.values(definition.entries ?? {}));
    case 'array':
      return fc.array(anyOf(definition.element), { maxLength: 3 });
    case 'record':
      // zod leaves out a key named __proto__.
      return fc.dictionary(
        anyText.filter((key) => key !== '__proto__'),
        anyOf(definition.valueType),
        { maxKeys: 4 },
      );
    // The one schema that refers to itself is that of JSON.
    case 'lazy':
      return anyJson;
    case 'readonly':
      return anyOf(definition.innerType);
    case 'optional':
      return fc.option(anyOf(definition.innerType), { nil: undefined });
    case 'object':
      return anyObject(definition.shape ?? {});
    default:
      throw new Error(`no arbitrary for ${definition.type}`);
  }
}

/** Fields in any order. */
function anyObject(shape: Readonly<Record<string, z.ZodType>>): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, anyOf(schema)]));
  const order = fc.shuffledSubarray(Object.keys(shape), { minLength: Object.keys(shape).length });
  return fc
    .tuple(fc.record(fields), order)
    .map(([object, keys]) => Object.fromEntries(keys.map((key) => [key, object[key]])));
}
