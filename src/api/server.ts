import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** How long requests may go on after the server was asked to close. */
const GRACE_MS = 10_000;
const TIMEOUTS = { requestTimeout: 60_000, headersTimeout: 15_000, keepAliveTimeout: 5_000 };

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
}

/**
 * Listens. Throws when the address is taken. Disposal stops accepting, ends streams and idle connections, lets requests
 * finish, and after ten seconds cuts what is left.
 */
export async function listen(
  listener: RequestListener,
  { host, port, closing, upgrade }: ServerOptions,
): Promise<Server> {
  const server = createServer(TIMEOUTS, (request, response) => {
    // Whoever is answered now had better come back on another connection, to another process.
    if (closing.signal.aborted) response.setHeader('Connection', 'close');
    // A stream that has just ended leaves its connection idle, and idle ones would be waited for.
    response.on('close', () => {
      if (closing.signal.aborted) setImmediate(() => server.closeIdleConnections());
    });
    listener(request, response);
  });
  if (upgrade !== undefined) server.on('upgrade', upgrade);
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
