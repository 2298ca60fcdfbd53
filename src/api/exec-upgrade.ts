import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { v7 as uuidv7 } from 'uuid';

import { NotFound } from '../domain/problem.ts';
import type { RequestContext } from '../services/handler.ts';
import type { Executor } from '../services/exec/executor.ts';
import type { Authenticator } from '../services/user/authenticate.ts';
import { authorize } from './authorize.ts';
import { EXEC_PROTOCOL } from './contract/exec-protocol.ts';
import { ROUTES } from './contract/routes.ts';
import { converse } from './exec-session.ts';
import { failureOf, reasonPhrase } from './failure.ts';
import { CORRELATION_ID } from './headers.ts';
import type { RequestLog } from './log.ts';
import { acceptor } from './websocket.ts';

export interface ExecUpgradeDeps {
  readonly executor: Executor;
  readonly authenticator: Authenticator;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
  readonly log: RequestLog;
}

const PATH = /^\/deploy-svc\/replica\/([^/?]+)\/exec(?:\?|$)/;

/**
 * Turns connections into conversations with commands. Who asks, and whether the id means anything, is judged before, and answered as any
 * request is; what is to be run comes as the first message, since addresses are written down in too many places.
 */
export function execUpgrade(deps: ExecUpgradeDeps): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  const sockets = acceptor(EXEC_PROTOCOL);
  return (request, socket, head) => {
    const given = request.headers['x-correlation-id'];
    const correlationId = typeof given === 'string' && CORRELATION_ID.test(given) ? given : uuidv7();
    const work = async (): Promise<void> => {
      const id = PATH.exec(request.url ?? '')?.[1];
      if (id === undefined) throw new NotFound(`there is no WebSocket at ${request.url ?? ''}`);
      const headers = { get: (name: string) => [request.headers[name] ?? []].flat()[0] };
      const caller = await authorize(headers, ROUTES.openExecSession, deps.authenticator);
      const place = await deps.executor.place(decodeURIComponent(id));
      const address = request.socket.remoteAddress ?? '';
      const context: RequestContext = { caller, correlationId, idempotencyKey: undefined, address };
      await using channels = await sockets.accept(request, socket, head);
      await converse(channels, { ...deps, place, context });
    };
    socket.on('error', () => socket.destroy());
    work().catch((error: unknown) => {
      const { status, message } = failureOf(error);
      if (status === 500) deps.log.error('command could not be attended to', { correlationId, error });
      else deps.log.debug('request refused', { path: request.url, correlationId, status, message });
      if (socket.writable) refuse(socket, status, JSON.stringify({ error: message, correlationId }), message);
    });
  };
}

function refuse(socket: Duplex, status: number, body: string, reason: string): void {
  const head = [
    `HTTP/1.1 ${status} ${reasonPhrase(reason)}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
