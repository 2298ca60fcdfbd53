import { hash } from 'node:crypto';

import canonicalize from 'canonicalize';

import type { DomainEvent, EventContext } from '../event.ts';

/** What of an event its hash covers; its position is added by the chain. */
export interface HashedBody extends EventContext {
  readonly id: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: DomainEvent['data'] | Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/**
 * SHA-256 over the RFC 8785 canonical JSON of the body: one text for one meaning, whoever writes it down.
 */
export function bodyHash(event: HashedBody): Buffer {
  return Buffer.from(bodyHashHex(bodyStart(event, event.at.toISOString()), canonical(event.data), event), 'hex');
}

/** The same in hexadecimal, for who has the parts as text already; see `canonicalBody`. */
export function bodyHashHex(start: string, data: string, event: BodyEnd): string {
  return hash('sha256', canonicalBody(start, data, event), 'hex');
}

/** The RFC 8785 canonical JSON of an event's data. */
export function canonical(data: HashedBody['data']): string {
  return canonicalize(data) ?? 'null';
}

/** How the bodies of all events of one command begin: the keys before `data`. */
export function bodyStart({ actor, causationId, correlationId }: EventContext, at: string): string {
  const cause = causationId === undefined ? '' : `"causationId":${canonicalize(causationId)},`;
  return `{"actor":${canonicalize(actor)},"at":"${at}",${cause}"correlationId":${canonicalize(correlationId)},"data":`;
}

/** What a body says after `data`. */
export type BodyEnd = Pick<HashedBody, 'id' | 'schemaVersion' | 'stream' | 'type' | 'version'>;

/** The text that an event's hash is over, put together by hand: its keys are known, and in this order already. */
export function canonicalBody(start: string, data: string, event: BodyEnd): string {
  const { id, schemaVersion, stream, type, version } = event;
  return (
    `${start}${data},"id":${canonicalize(id)},"schemaVersion":${schemaVersion},` +
    `"stream":${canonicalize(stream)},"type":${canonicalize(type)},"version":${version}}`
  );
}

/** What stands before the first event. */
export const FIRST_LINK: Buffer = hash('sha256', 'deploy-svc event log, version 1', 'buffer');

/** One link of the chain: SHA-256(previous ‖ position, 8 bytes big-endian ‖ body hash), as `append_events` computes it. */
export function chainLink(previous: Buffer, position: number, body: Buffer): Buffer {
  const place = Buffer.alloc(8);
  place.writeBigInt64BE(BigInt(position));
  return hash('sha256', Buffer.concat([previous, place, body]), 'buffer');
}
