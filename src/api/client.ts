import type { z } from 'zod';

import { errorOf, ServerUnreachable } from './client-error.ts';
import { addressOf, type OperationName } from './contract/operations.ts';
import type { Routes } from './contract/routes.ts';

type Taken<R, K extends string> = R extends { readonly [P in K]: infer S extends z.ZodType }
  ? { readonly [P in K]: z.input<S> }
  : unknown;
/** What a call takes: the `params`, `query` and `body` of its route, where it has them. */
export type InputOf<N extends OperationName> = Taken<Routes[N], 'params'> &
  Taken<Routes[N], 'query'> &
  Taken<Routes[N], 'body'>;
/** What a call answers; undefined where the answer has no body. */
export type OutputOf<N extends OperationName> = Routes[N] extends { readonly response: infer S extends z.ZodType }
  ? z.output<S>
  : undefined;

export interface Answer<N extends OperationName> {
  readonly body: OutputOf<N>;
  readonly status: number;
  /** The log's position of what the call changed last; absent when it changed nothing. */
  readonly position: number | undefined;
  readonly correlationId: string | undefined;
  /** Events up to that position are in archives, and the answer does not tell of them. */
  readonly archived: { readonly until: number; readonly file: string } | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** A repeated call under the same key has no second effect. */
  readonly idempotencyKey?: string;
  /** The version that the call is good for; refused with 412 when it is another one by now. */
  readonly ifMatch?: string;
  /** As of that moment: a position, an RFC 3339 time, or the id of an event. */
  readonly at?: string | undefined;
  /** Milliseconds until the call is given up; 30 000 by default. */
  readonly timeout?: number;
}

export interface Client {
  readonly baseUrl: string;
  /** Throws ApiError when the server refuses, ServerUnreachable when there is no answer. */
  call<N extends OperationName>(name: N, input: InputOf<N>, options?: CallOptions): Promise<Answer<N>>;
  /** The request as it would be sent, without its time-out. */
  request(name: OperationName, input: unknown, options?: CallOptions): Request;
}

export interface ClientOptions {
  /** `http://127.0.0.1:11337` */
  readonly baseUrl: string;
  readonly token?: string | undefined;
  readonly fetch?: typeof fetch;
}

/** A typed client of the whole API. It loads no schema: types come from the table of routes, paths from the operations. */
export function createClient({ baseUrl, token, fetch: send = fetch }: ClientOptions): Client {
  const base = baseUrl.replace(/\/+$/, '');
  const request: Client['request'] = (name, input, options) => requestOf(base, token, name, input as Parts, options);
  return {
    baseUrl: base,
    request,
    async call<N extends OperationName>(name: N, input: InputOf<N>, options: CallOptions = {}): Promise<Answer<N>> {
      const limit = AbortSignal.timeout(options.timeout ?? 30_000);
      const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
      const prepared = request(name, input, options);
      const response = await send(prepared, { signal }).catch((cause: unknown) => {
        options.signal?.throwIfAborted();
        throw new ServerUnreachable(base, cause);
      });
      if (!response.ok) throw await errorOf(response);
      return answerOf<N>(response);
    },
  };
}

interface Parts {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

function requestOf(
  base: string,
  token: string | undefined,
  name: OperationName,
  input: Parts,
  options: CallOptions = {},
): Request {
  const { method, path } = addressOf(name);
  const url = new URL(
    base + path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(input.params?.[key] ?? '')),
  );
  for (const [key, value] of Object.entries({ ...input.query, at: options.at ?? input.query?.['at'] })) {
    if (value !== undefined && value !== null)
      url.searchParams.set(key, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const headers = new Headers({ accept: 'application/json' });
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (options.idempotencyKey !== undefined) headers.set('idempotency-key', options.idempotencyKey);
  if (options.ifMatch !== undefined) headers.set('if-match', `"${options.ifMatch}"`);
  if (input.body === undefined) return new Request(url, { method, headers });
  headers.set('content-type', 'application/json');
  return new Request(url, { method, headers, body: JSON.stringify(input.body) });
}

async function answerOf<N extends OperationName>(response: Response): Promise<Answer<N>> {
  const text = await response.text();
  const isText = (response.headers.get('content-type') ?? '').startsWith('text/plain');
  const position = response.headers.get('x-log-position');
  return {
    body: (text === '' ? undefined : isText ? text : JSON.parse(text)) as OutputOf<N>,
    status: response.status,
    position: position === null ? undefined : Number(position),
    correlationId: response.headers.get('x-correlation-id') ?? undefined,
    archived: archivedOf(response.headers.get('x-log-archived') ?? ''),
  };
}

function archivedOf(header: string): Answer<OperationName>['archived'] {
  const [, until, file] = /^(\d+);file="([^"]+)"$/.exec(header) ?? [];
  return until === undefined || file === undefined ? undefined : { until: Number(until), file };
}
