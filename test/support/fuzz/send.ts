import { Agent, type ClientRequest, request } from 'node:http';

import type { FuzzRequest } from './requests.ts';

export interface FuzzAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface FuzzSender extends Disposable {
  /** Rejects when there is no answer, or none within 20 s. */
  send(wanted: FuzzRequest, token: string | undefined): Promise<FuzzAnswer>;
}

/** Sends what fetch would not: any path, bodies with every method, lengths that are said. */
export function fuzzSender(baseUrl: string): FuzzSender {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const { hostname, port } = new URL(baseUrl);
  return {
    send: ({ method, path, headers, body }, token) =>
      new Promise((resolve, reject) => {
        const bytes = body === undefined ? undefined : Buffer.from(body);
        const all = {
          ...headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(bytes === undefined ? {} : { 'content-length': String(bytes.length) }),
        };
        const signal = AbortSignal.timeout(20_000);
        const asked: ClientRequest = request(
          { agent, hostname, port, method, path, headers: all, signal },
          (response) => {
            const parts: Buffer[] = [];
            response.on('data', (part: Buffer) => parts.push(part));
            response.on('error', reject);
            response.on('end', () =>
              resolve({
                status: response.statusCode ?? 0,
                reason: response.statusMessage ?? '',
                headers: response.headers,
                text: Buffer.concat(parts).toString(),
              }),
            );
          },
        );
        asked.on('error', reject);
        asked.end(bytes);
      }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}
