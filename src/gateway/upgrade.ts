import { request as connect, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as connectSecurely } from 'node:https';
import type { Duplex } from 'node:stream';

import { downstreamHeaders } from './headers.ts';
import type { GatewayTimeouts } from './settings.ts';

export interface Upgraded {
  /** `http://10.0.0.7:35812`. */
  readonly origin: string;
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly path: string;
  /** Without those of the connection: they are added here. */
  readonly headers: readonly string[];
  readonly requestId: string;
  readonly timeouts: GatewayTimeouts;
}

export type UpgradeOutcome =
  /** It was upgraded, or answered otherwise, and is over. */
  | { readonly type: 'over'; readonly status: number }
  | { readonly type: 'left' }
  /** Nobody could be reached; nothing has been answered. */
  | { readonly type: 'failed'; readonly error: Error; readonly connected: boolean };

/**
 * Hands a request for another protocol (WebSocket) on, and then everything that either side says until one of them ends or
 * both are silent for too long. An answer that refuses the upgrade goes to the caller as it is. Never throws.
 */
export function forwardUpgrade(upgraded: Upgraded): Promise<UpgradeOutcome> {
  const { request, socket, headers, timeouts } = upgraded;
  return new Promise((resolve) => {
    const out = open(upgraded, [...headers, 'connection', 'Upgrade', 'upgrade', request.headers.upgrade ?? '']);
    let connected = false;
    const left = (): void => {
      out.destroy();
      resolve({ type: 'left' });
    };
    socket.once('close', left);
    const late = setTimeout(() => out.destroy(new Error(`no answer within ${timeouts.headersMs} ms`)), limit(timeouts));
    out.once('socket', (own) => own.once('connect', () => (connected = true)));
    out.once('error', (error) => {
      clearTimeout(late);
      socket.off('close', left);
      resolve({ type: 'failed', error, connected });
    });
    out.once('upgrade', (answer, other, head) => {
      clearTimeout(late);
      socket.off('close', left);
      socket.write(
        headOf(answer, ['Connection', 'Upgrade', 'Upgrade', answer.headers.upgrade ?? ''], upgraded.requestId),
      );
      void join(upgraded, other, head).then(() => resolve({ type: 'over', status: answer.statusCode ?? 101 }));
    });
    out.once('response', (answer) => {
      clearTimeout(late);
      socket.off('close', left);
      socket.write(headOf(answer, ['Connection', 'close'], upgraded.requestId));
      answer.pipe(socket);
      answer.once('close', () => resolve({ type: 'over', status: answer.statusCode ?? 502 }));
      socket.once('close', () => answer.destroy());
    });
    out.end();
  });
}

/** Whatever is asked of it, the head has to come at some time. */
function limit({ headersMs }: GatewayTimeouts): number {
  return headersMs === 0 ? 2 ** 31 - 1 : headersMs;
}

function open({ origin, path, request }: Upgraded, headers: readonly string[]): ClientRequest {
  const { protocol, hostname, port } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  const options = { host, port, path, method: request.method ?? 'GET', headers: pairs(headers), agent: false as const };
  return protocol === 'https:' ? connectSecurely({ ...options, servername: host }) : connect(options);
}

/** Repeated names become lists, which are sent as repeated headers. */
function pairs(raw: readonly string[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}

function headOf(answer: IncomingMessage, own: readonly string[], requestId: string): string {
  const headers = [...downstreamHeaders(answer.rawHeaders, requestId), ...own];
  const lines = Array.from({ length: headers.length / 2 }, (_, index) => {
    return `${headers[index * 2]}: ${headers[index * 2 + 1]}`;
  });
  return `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** Until both sides are closed. */
function join({ socket, head, timeouts }: Upgraded, other: Duplex, otherHead: Buffer): Promise<void> {
  if (head.length > 0) other.write(head);
  if (otherHead.length > 0) socket.write(otherHead);
  const both = [socket, other] as const;
  const cut = (): void => both.forEach((each) => void each.destroy());
  for (const each of both) {
    // The other side hears of it by its own end; what broke is of no use to anybody.
    each.on('error', cut);
    idle(each, timeouts.idleMs, cut);
  }
  socket.pipe(other);
  other.pipe(socket);
  return new Promise((resolve) => {
    let open = 2;
    for (const [each, peer] of [
      [socket, other],
      [other, socket],
    ] as const) {
      each.once('close', () => {
        peer.destroy();
        if ((open -= 1) === 0) resolve();
      });
      if (each.destroyed) each.emit('close');
    }
  });
}

/** What is written counts as much as what is read: a socket's own time-out sees to both. */
function idle(stream: Duplex, ms: number, over: () => void): void {
  if (ms > 0 && 'setTimeout' in stream)
    (stream as Duplex & { setTimeout(ms: number, over: () => void): void }).setTimeout(ms, over);
}
