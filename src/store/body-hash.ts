import { createHash } from 'node:crypto';

import canonicalize from 'canonicalize';

import type { DomainEvent, EventContext } from '../domain/event.ts';

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
 * SHA-256 over the RFC 8785 canonical JSON of the body. jsonb keeps no key order and no spacing,
 * so the text cannot be hashed; the canonical form is the same before storing and after reading.
 */
export function bodyHash({
  actor,
  at,
  causationId,
  correlationId,
  data,
  id,
  schemaVersion,
  stream,
  type,
  version,
}: HashedBody): Buffer {
  const body = {
    actor,
    at: at.toISOString(),
    ...(causationId === undefined ? {} : { causationId }),
    correlationId,
    data,
    id,
    schemaVersion,
    stream,
    type,
    version,
  };
  return createHash('sha256')
    .update(canonicalize(body) ?? '')
    .digest();
}

/** One link of the chain: SHA-256(previous ‖ position, 8 bytes big-endian ‖ body hash), as `append_events` computes it. */
export function chainLink(previous: Buffer, position: number, body: Buffer): Buffer {
  const place = Buffer.alloc(8);
  place.writeBigInt64BE(BigInt(position));
  return createHash('sha256').update(previous).update(place).update(body).digest();
}
