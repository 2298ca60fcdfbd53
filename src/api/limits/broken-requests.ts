import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { v7 as uuidv7 } from 'uuid';

import type { ErrorBody } from '../contract/error.ts';
import { reasonPhrase } from '../failure.ts';
import { MAX_HEADER_BYTES } from './limits.ts';

/** How long a connection is read on into nothing after its last answer: cut at once, it would take the answer with it. */
const LINGER_MS = 1_000;

/** Knows which answer a connection is in the middle of. */
export interface Connections {
  answering(response: ServerResponse): void;
}

/**
 * Answers requests that do not get as far as the application, because they are late, too large or no HTTP, in the shape of
 * every other failure, and closes their connections.
 */
export function answerBrokenRequests(server: Server, requestTimeoutMs: number): Connections {
  const answers = new WeakMap<Duplex, ServerResponse>();
  const ended = new WeakSet<Duplex>();
  server.on('clientError', (error, socket) => {
    if (ended.has(socket)) return;
    ended.add(socket);
    const last = answers.get(socket);
    if (!socket.writable || (last !== undefined && hasAnswered(last))) return void socket.destroy();
    socket.end(answerTo(error, requestTimeoutMs));
    socket.resume();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
  return { answering: (response) => void (response.socket && answers.set(response.socket, response)) };
}

/** A second answer to one request would be taken for the content of the first, or for the answer to the next. */
function hasAnswered(last: ServerResponse): boolean {
  return last.headersSent && !(last.writableFinished && last.req.complete);
}

function answerTo(error: Error, requestTimeoutMs: number): string {
  const { status, message } = failureOf(error, requestTimeoutMs);
  const correlationId = uuidv7();
  const body = JSON.stringify({ error: message, correlationId } satisfies ErrorBody);
  return [
    `HTTP/1.1 ${status} ${reasonPhrase(message)}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Access-Control-Allow-Origin: *',
    `X-Correlation-Id: ${correlationId}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

interface Broken {
  readonly status: 400 | 408 | 431;
  readonly message: string;
}

/** By the codes of Node's parser and of its time-outs. */
function failureOf(error: Error, requestTimeoutMs: number): Broken {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { status: 408, message: `the request was not complete within ${requestTimeoutMs / 1_000} s` };
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { status: 431, message: `the headers have more than ${MAX_HEADER_BYTES} bytes` };
  }
  const reason = 'reason' in error && typeof error.reason === 'string' ? `: ${error.reason}` : '';
  return { status: 400, message: `the request is not HTTP/1.1${reason}` };
}
