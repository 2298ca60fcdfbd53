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
  return Buffer.from(bodyHashHex(event, canonical(event.data), event.at.toISOString()), 'hex');
}

/** The same in hexadecimal, for who has the canonical data and the time as text already. */
export function bodyHashHex(event: HashedBody, data: string, at: string): string {
  return hash('sha256', canonicalBody(event, data, at), 'hex');
}

/** The RFC 8785 canonical JSON of an event's data. */
export function canonical(data: HashedBody['data']): string {
  return canonicalize(data) ?? 'null';
}

/** The text that an event's hash is over, put together by hand: its keys are known, and in this order already. */
export function canonicalBody(event: HashedBody, data: string, at: string): string {
  const { actor, causationId, correlationId, id, schemaVersion, stream, type, version } = event;
  const cause = causationId === undefined ? '' : `"causationId":${canonicalize(causationId)},`;
  return (
    `{"actor":${canonicalize(actor)},"at":"${at}",${cause}"correlationId":${canonicalize(correlationId)},` +
    `"data":${data},"id":${canonicalize(id)},"schemaVersion":${schemaVersion},"stream":${canonicalize(stream)},` +
    `"type":${canonicalize(type)},"version":${version}}`
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
