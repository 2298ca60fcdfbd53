import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

import { Pool, type Dispatcher } from 'undici';

import { downstreamHeaders, rawHeadersOf } from './headers.ts';
import type { GatewayTimeouts } from './settings.ts';

/** Connections to one address. */
export interface Upstream {
  readonly pool: Dispatcher;
  /** Takes no new requests; those under way go on. */
  close(): void;
}

/** `origin`: `http://10.0.0.7:35812`. Connections are kept while they are used, and not quite as long as the other side keeps them. */
export function openUpstream(origin: string, { connectMs, headersMs, idleMs }: GatewayTimeouts): Upstream {
  const pool = new Pool(origin, {
    pipelining: 1,
    connect: { timeout: connectMs },
    headersTimeout: headersMs,
    bodyTimeout: idleMs,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 60_000,
    maxHeaderSize: 64 * 1_024,
    allowH2: false,
    // The caller's own length is what the other side checks.
    strictContentLength: false,
  });
  // A pool that closes fails only what nobody waits for.
  return { pool, close: () => void pool.close().catch(() => undefined) };
}

export interface Forwarded {
  readonly upstream: Upstream;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path and query. */
  readonly path: string;
  readonly headers: string[];
  /** The request's body, where it has one. */
  readonly body: RequestBody | undefined;
  readonly requestId: string;
}

export type ForwardOutcome =
  /** The caller has the whole answer. */
  | { readonly type: 'answered'; readonly status: number }
  /** The caller left. */
  | { readonly type: 'left' }
  /** `sent`: the request may have been acted upon. `begun`: the caller has a part of the answer. */
  | { readonly type: 'failed'; readonly error: Error; readonly sent: boolean; readonly begun: boolean };

/** A body that can be handed to another upstream as long as nothing of it has been read. */
export interface RequestBody {
  readonly touched: boolean;
  /** Where to read it from. What destroys this leaves the caller's connection alone. */
  open(): Readable;
}

/** The body of a request; undefined where it has none. */
export function bodyOf(request: IncomingMessage): RequestBody | undefined {
  const length = request.headers['content-length'];
  if (request.headers['transfer-encoding'] === undefined && (length === undefined || Number(length) === 0)) {
    return undefined;
  }
  let touched = false;
  return {
    get touched() {
      return touched;
    },
    open() {
      let begun = false;
      const body = new Readable({
        read() {
          touched = true;
          if (!begun) pump(request, body);
          begun = true;
          request.resume();
        },
        destroy(error, callback) {
          // What is left of it is thrown away, so that the answer gets through.
          if (begun) request.resume();
          callback(error);
        },
      });
      return body;
    },
  };
}

function pump(request: IncomingMessage, body: Readable): void {
  request.on('data', (chunk: Buffer) => {
    if (!body.destroyed && !body.push(chunk)) request.pause();
  });
  request.once('end', () => void (body.destroyed || body.push(null)));
  request.once('error', (error) => body.destroy(error));
}

/**
 * Sends a request to one upstream and its answer to the caller, both as they come. Never throws: a failure is told, and nothing
 * has been answered unless it says so.
 */
export function forward(forwarded: Forwarded): Promise<ForwardOutcome> {
  const { upstream, request, path, headers, body } = forwarded;
  return new Promise((resolve) => {
    const handler = handlerOf(forwarded, resolve);
    try {
      upstream.pool.dispatch(
        {
          path,
          method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
          headers,
          body: body === undefined ? null : body.open(),
        },
        handler,
      );
    } catch (error) {
      handler.onResponseError?.(undefined as never, error instanceof Error ? error : new Error(String(error)));
    }
  });
}

function handlerOf(
  { response, requestId, body }: Forwarded,
  resolve: (outcome: ForwardOutcome) => void,
): Dispatcher.DispatchHandler {
  let sent = false;
  let status = 0;
  let left = false;
  let complete = false;
  let abort: (() => void) | undefined;
  const leave = (): void => {
    if (response.writableFinished) return;
    left = true;
    // All of the answer is here, and was not taken.
    if (complete) done({ type: 'left' });
    else abort?.();
  };
  const done = (outcome: ForwardOutcome): void => {
    response.off('close', leave);
    resolve(left ? { type: 'left' } : outcome);
  };
  response.once('close', leave);
  return {
    onRequestStart(controller) {
      sent = true;
      abort = () => controller.abort(new Error('the caller left'));
      // It left while the connection was made.
      if (response.destroyed) leave();
    },
    onResponseStart(controller, code, _, message) {
      // What comes before the answer itself.
      if (code < 200) return;
      status = code;
      response.writeHead(code, message, downstreamHeaders(rawHeadersOf(controller.rawHeaders), requestId));
      response.on('drain', () => controller.resume());
    },
    onResponseData(controller, chunk) {
      if (!response.write(chunk)) controller.pause();
    },
    onResponseEnd(_, trailers) {
      complete = true;
      if (Object.keys(trailers).length > 0) response.addTrailers(trailers as Record<string, string>);
      response.end(() => done({ type: 'answered', status }));
    },
    onResponseError(_, error) {
      done({ type: 'failed', error, sent: sent || body?.touched === true, begun: response.headersSent });
    },
  };
}
