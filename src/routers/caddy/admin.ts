import { request, type IncomingHttpHeaders } from 'node:http';

import { z } from 'zod';

import type { Json } from './configuration.ts';

/** Caddy has to answer within this time: a change of the configuration takes longer the more it has. */
const DEADLINE_MS = 5_000;

/** The whole configuration as it was, and the tag by which a change tells that it means this one. */
export interface Seen {
  readonly config: unknown;
  readonly tag: string;
}

/** Caddy's admin API. Every call throws when Caddy does not answer or refuses, with its own words. */
export interface Admin {
  read(): Promise<Seen>;
  /** Puts a whole configuration in place of the one of that tag; refused when that is not there any more. Resolves when it is in force. */
  load(config: Json, tag: string): Promise<void>;
  /** Requests under way by upstream address. */
  upstreams(): Promise<ReadonlyMap<string, number>>;
}

/** Caddy answers, and does not do it. */
export class CaddyRefusal extends Error {
  override readonly name = 'CaddyRefusal';
}

const upstreams = z.array(z.object({ address: z.string(), num_requests: z.number() }));

/** `url`: `http://127.0.0.1:2019`. */
export function adminAt(url: string): Admin {
  return {
    async read() {
      const { text, headers, trailers } = await get(url, '/config/');
      // 2.6 sends it behind the configuration, 2.11 before it.
      const tag = headers.etag ?? trailers['etag'];
      if (tag === undefined) throw new Error(`Caddy at ${url} gives no ETag: it has to be 2.5 or later`);
      return { config: JSON.parse(text) as unknown, tag };
    },
    async load(config, tag) {
      await call(url, 'POST', '/config/', { body: JSON.stringify(config), headers: { 'if-match': tag } });
    },
    async upstreams() {
      const { text } = await get(url, '/reverse_proxy/upstreams');
      const sums = new Map<string, number>();
      for (const { address, num_requests: count } of upstreams.parse(JSON.parse(text))) {
        sums.set(address, (sums.get(address) ?? 0) + count);
      }
      return sums;
    },
  };
}

interface Reply {
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: Readonly<Record<string, string | undefined>>;
}

/** Caddy replaces its admin endpoint with each load: what reaches the old one in that moment is reset, and is asked of the new one. */
async function get(url: string, path: string): Promise<Reply> {
  try {
    return await call(url, 'GET', path);
  } catch (error) {
    if (!(error instanceof Error) || !isReset(error.cause)) throw error;
    return call(url, 'GET', path);
  }
}

function isReset(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET';
}

function call(
  url: string,
  method: string,
  path: string,
  { body, headers = {} }: { readonly body?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = {
      method,
      agent: false,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      signal: AbortSignal.timeout(DEADLINE_MS),
    };
    const late = (error: Error): void =>
      reject(
        error.name === 'AbortError' || error.name === 'TimeoutError'
          ? new Error(`Caddy at ${url} did not answer ${method} ${path} within ${DEADLINE_MS} ms`)
          : new Error(`Caddy at ${url} does not answer: ${error.message}`, { cause: error }),
      );
    const asking = request(new URL(path, url), options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', late);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { statusCode: status = 0, trailers } = response;
        if (status < 300) return resolve({ text, headers: response.headers, trailers });
        reject(new CaddyRefusal(`Caddy at ${url} answers ${method} ${path} with ${status}: ${text.slice(0, 500)}`));
      });
    });
    asking.once('error', late);
    asking.end(body);
  });
}
