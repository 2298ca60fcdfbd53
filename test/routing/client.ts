import { Agent, request, type IncomingHttpHeaders, type RequestOptions } from 'node:http';

import type { Told } from './upstream.ts';

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly trailers: Readonly<Record<string, string | undefined>>;
}

export interface Ask extends Pick<RequestOptions, 'method' | 'headers' | 'agent'> {
  readonly body?: string | Buffer;
}

/** Connections that are kept, for a test that wants to know that they survive. */
export function keptConnections(most = 1): Agent {
  return new Agent({ keepAlive: true, maxSockets: most });
}

/** A connection that was kept turned out to be closed. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed';
}

/** Asks once. Rejects when the connection breaks before the answer is whole. `url`: with the path. */
export function ask(url: string, { body, ...options }: Ask = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const { statusCode: status = 0, headers, trailers } = response;
        resolve({ status, headers, trailers, text: Buffer.concat(chunks).toString() });
      });
    });
    asking.once('error', (error) =>
      reject(asking.reusedSocket ? new ConnectionClosed(error.message, { cause: error }) : error),
    );
    asking.end(body);
  });
}

/** What the server that answered says of the request. */
export async function told(url: string, options: Ask = {}): Promise<Told> {
  const { status, text } = await ask(url, options);
  if (status !== 200) throw new Error(`${url} answered ${status}: ${text}`);
  return JSON.parse(text) as Told;
}

/** As `told`; asks again when the connection had carried a request before and was closed without a word to this one, as browsers do. */
export async function toldAtSecond(url: string, options: Ask = {}): Promise<Told> {
  try {
    return await told(url, options);
  } catch (error) {
    if (!(error instanceof ConnectionClosed)) throw error;
    return told(url, options);
  }
}

/** As one that comes to that host. */
export const atHost = (host: string, more: Readonly<Record<string, string>> = {}): Pick<Ask, 'headers'> => {
  return { headers: { host, ...more } };
};
