import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerOptions } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { acceptor } from '../../src/api/websocket.ts';

/** The subprotocol that the servers of these tests speak. */
export const PROTOCOL = 'routing.test';

/** What a server of these tests says of a request. */
export interface Told {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A server that stands for the container of a replica. */
export interface Upstream extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  /** Requests that it was sent, since the beginning. */
  readonly requests: number;
  /** Lets every answer that is held back at `/hold` end. */
  release(): void;
  /** Resolves when a request has reached `/hold`. */
  held(): Promise<void>;
  /** Resolves when the connection of a request at `/hold` was closed before its answer. */
  left(): Promise<void>;
}

/**
 * `/echo` sends the body back as it comes, `/status/N` answers with N, `/hold` answers when it is released, an upgrade becomes a
 * WebSocket that sends everything back; everything else tells what was asked. `own`: deals with a request itself when it returns true.
 */
export async function startUpstream(
  name: string,
  own: (...given: Parameters<RequestListener>) => boolean = () => false,
  settings: ServerOptions = {},
): Promise<Upstream> {
  let requests = 0;
  const waiting = new Set<() => void>();
  const held = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const server = createServer(settings, (request, response) => {
    requests += 1;
    if (own(request, response)) return;
    const { method = '', url = '/', headers } = request;
    response.setHeader('x-upstream', name);
    if (url.startsWith('/echo')) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      return void request.pipe(response);
    }
    if (url.startsWith('/hold')) {
      waiting.add(() => response.end(name));
      response.once('close', () => void (response.writableFinished || left.resolve()));
      return held.resolve();
    }
    const status = Number(/^\/status\/(\d+)/.exec(url)?.[1] ?? 200);
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' });
    const told: Told = { name, method, url, headers };
    response.end(JSON.stringify(told));
  });
  const sockets = acceptor(PROTOCOL);
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head) => {
    requests += 1;
    if (request.url?.startsWith('/refused') === true) {
      return void socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 4\r\nx-upstream: u\r\n\r\nno.\n');
    }
    void sockets.accept(request, socket, head).then((channels) => {
      channels.receive((channel, bytes) => channels.send(channel, bytes));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    name,
    port,
    get requests() {
      return requests;
    },
    release() {
      for (const answer of waiting) answer();
      waiting.clear();
    },
    held: () => held.promise,
    left: () => left.promise,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
