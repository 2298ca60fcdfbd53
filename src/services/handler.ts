import type { z } from 'zod';

import type { OperationName } from '../api/contract/operations.ts';
import type { Routes } from '../api/contract/routes.ts';
import type { ArchivedPart } from '../store/archived.ts';
import type { PastReader } from '../store/event-store.ts';

/** Who asks: the account and the app of the token. */
export interface Caller {
  readonly userId: string;
  readonly slug: string;
  /** Its own, and those that it is enrolled in. */
  readonly roles: readonly string[];
  /** What permits give it; may end with wildcards. */
  readonly permitted: readonly string[];
  readonly appId: string;
  readonly appHost: string;
  readonly tokenId: string;
}

/** What every request carries besides its input. */
export interface RequestContext {
  readonly caller: Caller | undefined;
  readonly correlationId: string;
  /** As the caller sent it, scoped by caller and route. */
  readonly idempotencyKey: string | undefined;
  /** The header If-Match, as it was sent. */
  readonly ifMatch?: string | undefined;
  /** The address of the peer. */
  readonly address: string;
  /** The rows as they were at the position that the caller asks for; undefined when it asks for how things are. */
  readonly past?: PastReader | undefined;
}

type Given<R, K extends string> = R extends { readonly [P in K]: infer S extends z.ZodType } ? z.output<S> : undefined;
/** A body that the domain judges arrives as it was sent. */
type GivenBody<R> = R extends { readonly bodyJudgedBy: 'domain' } ? unknown : Given<R, 'body'>;

export interface RequestOf<N extends OperationName> extends RequestContext {
  readonly params: Given<Routes[N], 'params'>;
  readonly query: Given<Routes[N], 'query'>;
  readonly body: GivenBody<Routes[N]>;
}

export interface Reply<N extends OperationName> {
  readonly body: Given<Routes[N], 'response'>;
  /** Where the log put the last event that this caused. */
  readonly position?: number | undefined;
  /** Some of what the answer would tell of is in archives; it tells of the rest. */
  readonly archived?: ArchivedPart | undefined;
  /** What the answer is a version of, for the header ETag. */
  readonly etag?: string;
  /** Instead of the route's own, where the answer is a failure that has a body of its own. */
  readonly status?: 503;
}

/** Carries out one operation. Refuses with InvalidInput, NotFound, Conflict or Refusal. */
export type Handler<N extends OperationName> = (request: RequestOf<N>) => Promise<Reply<N>>;

export type Handlers<N extends OperationName = OperationName> = { readonly [K in N]: Handler<K> };

/** The caller of a route that only lets known ones in. */
export function callerOf({ caller }: Pick<RequestContext, 'caller'>): Caller {
  if (caller === undefined) throw new Error('a route that needs a caller was reached without one');
  return caller;
}
