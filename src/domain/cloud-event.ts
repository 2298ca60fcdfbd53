import type { RecordedEvent } from './event.ts';

/** Media types of CloudEvents 1.0 in JSON, one and several. */
export const CLOUD_EVENT = 'application/cloudevents+json';
export const CLOUD_EVENTS = 'application/cloudevents-batch+json';

/**
 * An event as CloudEvents 1.0 has it, in structured JSON. Names of attributes are lower-case letters and digits; `correlationid`,
 * `causationid` and `traceparent` are those of the documented extensions.
 */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  /** The installation. */
  readonly source: string;
  readonly type: string;
  /** The stream: `replica/web-r1-0`. */
  readonly subject?: string;
  /** RFC 3339. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema?: string;
  readonly dataschemaversion?: number;
  /** Of the log. As text: integers of CloudEvents end at 2^31 - 1. */
  readonly position?: string;
  /** Of the stream. */
  readonly streamversion?: number;
  readonly actor?: string;
  readonly correlationid?: string;
  readonly causationid?: string;
  readonly traceparent?: string;
  readonly data: unknown;
}

const TYPE_PREFIX = 'io.deploy-svc.';

/** `ReplicaReady` as CloudEvents name it. */
export function cloudEventType(type: string): string {
  return `${TYPE_PREFIX}${type}`;
}

/** Who speaks: an installation, whichever process and address it has. */
export function cloudEventSource(installationId: string): string {
  return `urn:deploy-svc:installation:${installationId}`;
}

/** `schemaVersion`: that of the data as it is given here, which is the present one of its type. */
export function toCloudEvent(
  event: RecordedEvent,
  { installationId, schemaVersion }: { readonly installationId: string; readonly schemaVersion: number },
): CloudEvent {
  const { id, type, stream, version, position, at, actor, correlationId, causationId, traceparent, data } = event;
  return {
    specversion: '1.0',
    id,
    source: cloudEventSource(installationId),
    type: cloudEventType(type),
    subject: stream,
    time: at.toISOString(),
    datacontenttype: 'application/json',
    dataschema: `urn:deploy-svc:event:${type}:${schemaVersion}`,
    dataschemaversion: schemaVersion,
    position: String(position),
    streamversion: version,
    actor,
    // An attribute that is there must not be empty.
    ...(correlationId === '' ? {} : { correlationid: correlationId }),
    ...(causationId === undefined || causationId === '' ? {} : { causationid: causationId }),
    ...(traceparent === undefined ? {} : { traceparent }),
    data,
  };
}
