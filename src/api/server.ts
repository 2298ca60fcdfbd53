import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerOptions as Settings } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

import { answerBrokenRequests } from './limits/broken-requests.ts';
import { MAX_HEADER_BYTES } from './limits/limits.ts';

/** How long requests may go on after the server was asked to close. */
const GRACE_MS = 10_000;
const KEEP_ALIVE_MS = 5_000;
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 15_000;
/** How often connections are looked at for those that are late. */
const CHECK_MS = { least: 250, most: 2_000 };

export interface Server extends AsyncDisposable {
  /** `http://127.0.0.1:11337`: where it really listens. */
  readonly url: string;
  readonly port: number;
}

export interface ServerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Aborted on disposal, before connections are waited for: streams end by it. */
  readonly closing: AbortController;
  /** Takes over connections that are to become something else than HTTP; without it they are closed. */
  readonly upgrade?: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
  /** Within which a request has to arrive, headers and body; 30 s by default. */
  readonly requestTimeoutMs?: number;
}

/**
 * Listens. Throws when the address is taken. Disposal stops accepting, ends streams and idle connections, lets requests
 * finish, and after ten seconds cuts what is left.
 */
export async function listen(listener: RequestListener, options: ServerOptions): Promise<Server> {
  const { host, port, closing, upgrade, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const server = createServer(settingsOf(requestTimeoutMs), (request, response) => {
    connections.answering(response);
    // Whoever is answered now had better come back on another connection, to another process.
    if (closing.signal.aborted) response.setHeader('Connection', 'close');
    // A stream that has just ended leaves its connection idle, and idle ones would be waited for.
    response.on('close', () => {
      if (closing.signal.aborted) setImmediate(() => server.closeIdleConnections());
    });
    listener(request, response);
  });
  if (upgrade !== undefined) server.on('upgrade', upgrade);
  const connections = answerBrokenRequests(server, requestTimeoutMs);
  server.listen(port, host);
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    async [Symbol.asyncDispose]() {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}

function settingsOf(requestTimeout: number): Settings {
  return {
    requestTimeout,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeout),
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: Math.max(CHECK_MS.least, Math.min(CHECK_MS.most, requestTimeout / 4)),
    maxHeaderSize: MAX_HEADER_BYTES,
  };
}
