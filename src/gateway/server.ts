import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { openDoor, type Door } from './door.ts';
import type { EmbeddedRouter } from './embedded-router.ts';
import type { GatewaySettings } from './settings.ts';

/** How long requests may go on after the gateway was asked to end. */
const GRACE_MS = 10_000;
const HEADERS_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 65_000;
const MAX_HEADER_BYTES = 32 * 1_024;

export interface Gateway extends AsyncDisposable {
  /** `http://127.0.0.1:11338`: where it really listens. */
  readonly url: string;
}

export interface GatewayOptions {
  readonly router: EmbeddedRouter;
  readonly settings: GatewaySettings;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'count' | 'observe' | 'add'>;
}

/**
 * Carries requests to replicas by the router's table. Throws when the address is taken. Disposal stops accepting, lets requests
 * finish, and after ten seconds cuts what is left.
 */
export async function serveGateway(options: GatewayOptions): Promise<Gateway> {
  const { host, port } = options;
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    // A large body takes as long as it takes: what stands still is cut by the idle time of the connection.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Whoever sends a body twice in different lengths is up to something.
    insecureHTTPParser: false,
  });
  const closing = new AbortController();
  const door = openDoor(options, closing.signal);
  server.on('request', (request, response) => door.request(request, response, false));
  server.on('checkContinue', (request, response) => door.request(request, response, true));
  server.on('upgrade', (request, socket, head) => door.upgrade(request, socket, head));
  if (options.settings.idleMs > 0) server.setTimeout(options.settings.idleMs);
  server.listen(port, host);
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await end(server, door);
    },
  };
}

async function end(server: HttpServer, door: Door): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => {
    server.closeAllConnections();
    door.cut();
  }, GRACE_MS);
  await closed;
  clearTimeout(cut);
  // Upgraded connections are none of the server's any more.
  door.cut();
}
