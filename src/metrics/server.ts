import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { isIP, type AddressInfo } from 'node:net';
import { hostname } from 'node:os';

import { isToken } from './token.ts';
import type { Metrics } from './metrics.ts';

const TIMEOUTS = { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 5_000 };

export interface MetricsServer extends AsyncDisposable {
  readonly url: string;
  /** `host:port` by which other machines reach it, where they can. */
  readonly address: string;
}

export interface MetricsServerOptions {
  readonly metrics: Pick<Metrics, 'expose'>;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** What callers have to show. */
  readonly token: string | undefined;
}

/** An address that only this machine reaches needs no token; any other does. */
export class TokenMissing extends Error {
  constructor(host: string) {
    super(`METRICS_HOST=${host} can be reached by others: set METRICS_TOKEN, or leave METRICS_HOST at 127.0.0.1`);
    this.name = 'TokenMissing';
  }
}

/** Answers GET /metrics and nothing else. Throws TokenMissing, or when the address is taken. */
export async function serveMetrics({ metrics, host, port, token }: MetricsServerOptions): Promise<MetricsServer> {
  if (token === undefined && !isLoopback(host)) throw new TokenMissing(host);
  const server = createServer(TIMEOUTS, answer(metrics, token));
  server.listen(port, host);
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  const name = isWildcard(host) ? hostname() : host;
  const address = `${name.includes(':') ? `[${name}]` : name}:${bound}`;
  return {
    url: `http://${address}/metrics`,
    address,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(metrics: Pick<Metrics, 'expose'>, token: string | undefined): RequestListener {
  return (request, response) => {
    const refuse = (status: number, line: string): void => {
      response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${line}\n`);
    };
    if (new URL(request.url ?? '/', 'http://metrics').pathname !== '/metrics')
      return refuse(404, 'only /metrics is here');
    if (request.method !== 'GET') return refuse(405, 'only GET is answered');
    if (token !== undefined && !isToken(token, bearerOf(request)))
      return refuse(401, 'show METRICS_TOKEN as a bearer token');
    metrics.expose().then(
      ({ contentType, text }) => response.writeHead(200, { 'Content-Type': contentType }).end(text),
      () => refuse(500, 'the measurements could not be read'),
    );
  };
}

function bearerOf({ headers }: IncomingMessage): string {
  return (headers.authorization ?? '').replace(/^Bearer\s+/i, '').trim();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
