import type { RecordedEvent } from '../domain/event.ts';
import { isEventType, upcast, type UpcastTable } from './upcast.ts';

/** A row of `events`, without its hash. */
export interface EventRow {
  readonly position: string;
  readonly id: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly schema_version: number;
  readonly data: Record<string, unknown>;
  readonly actor: string;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly at: Date;
  /** Where it was asked for and is known. */
  readonly traceparent?: string | null;
}

/** The columns of an EventRow, in SQL. */
export const EVENT_COLUMNS =
  'position, id, stream, version, type, schema_version, data, actor, correlation_id, causation_id, at';

/** The event in its present schema version. */
export function toRecorded(row: EventRow, upcasts: UpcastTable): RecordedEvent {
  if (!isEventType(row.type))
    throw new Error(`event ${row.position} has the unknown type ${row.type}: upgrade this release`);
  const event = {
    type: row.type,
    data: upcast(row.type, row.schema_version, row.data, upcasts),
    position: Number(row.position),
    id: row.id,
    stream: row.stream,
    version: row.version,
    actor: row.actor,
    correlationId: row.correlation_id,
    causationId: row.causation_id ?? undefined,
    at: row.at,
    ...(typeof row.traceparent === 'string' ? { traceparent: row.traceparent } : {}),
  };
  // The data was validated against the schema of its type when it was appended.
  return event as RecordedEvent;
}
