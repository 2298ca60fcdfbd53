import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** An answer of the gateway itself. */
export interface OwnAnswer {
  readonly status: number;
  /** What failed, where, and what to do next. */
  readonly message: string;
  /** Seconds after which to try again. */
  readonly retryAfter?: number;
  /** Nothing more is to be read from this connection. */
  readonly close?: boolean;
}

/** Answers in JSON whoever asks for it, in words everybody else. */
export function answer(request: IncomingMessage, response: ServerResponse, own: OwnAnswer, requestId: string): void {
  const { type, body } = bodyFor(request, own, requestId);
  response.writeHead(own.status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-request-id': requestId,
    ...(own.retryAfter === undefined ? {} : { 'retry-after': String(own.retryAfter) }),
    ...(own.close === true ? { connection: 'close' } : {}),
  });
  response.end(body);
}

/** The same for a connection that was to become something else than HTTP. */
export function answerSocket(request: IncomingMessage, socket: Duplex, own: OwnAnswer, requestId: string): void {
  const { type, body } = bodyFor(request, own, requestId);
  const retry = own.retryAfter === undefined ? '' : `retry-after: ${own.retryAfter}\r\n`;
  socket.end(
    `HTTP/1.1 ${own.status} ${STATUS_CODES[own.status] ?? ''}\r\ncontent-type: ${type}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nx-request-id: ${requestId}\r\n${retry}connection: close\r\n\r\n${body}`,
  );
}

function bodyFor(
  request: IncomingMessage,
  { message }: OwnAnswer,
  requestId: string,
): { readonly type: string; readonly body: string } {
  return /\bjson\b/.test(request.headers.accept ?? '')
    ? { type: 'application/json', body: `${JSON.stringify({ error: message, requestId })}\n` }
    : { type: 'text/plain; charset=utf-8', body: `${message}\n` };
}
