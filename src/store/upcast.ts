import { EVENT_SCHEMAS, type EventType } from '../domain/event.ts';

/** Turns the data of one schema version into that of the next. */
export type Upcast = (data: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** Per type of event: `upcasts[0]` leads from version 1 to 2, and so on. The present version is their number plus 1. */
export type UpcastTable = Readonly<Partial<Record<string, readonly Upcast[]>>>;

/** None yet: every type is at version 1. Old versions are never rewritten, so an entry here stays for ever. */
export const UPCASTS: UpcastTable = {};

/** The version in which events of this type are written now. */
export function schemaVersionOf(type: string, table: UpcastTable): number {
  return (table[type]?.length ?? 0) + 1;
}

/** The data as of the present version. Throws when the log was written by a later release. */
export function upcast(
  type: string,
  schemaVersion: number,
  data: Readonly<Record<string, unknown>>,
  table: UpcastTable,
): Readonly<Record<string, unknown>> {
  const present = schemaVersionOf(type, table);
  if (schemaVersion > present) {
    throw new Error(
      `${type} is stored in schema version ${schemaVersion}; this release reads up to ${present}: upgrade it`,
    );
  }
  return (table[type] ?? []).slice(schemaVersion - 1).reduce((before, step) => step(before), data);
}

/** True when this release knows the type. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_SCHEMAS, type);
}
