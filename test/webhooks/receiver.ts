import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import type { CloudEvent } from '../../src/domain/cloud-event.ts';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: CloudEvent;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** Everything that came, whatever was answered. */
  readonly all: readonly Received[];
  /** Positions of what was taken, in the order in which it was. */
  readonly taken: readonly number[];
}

/** Answers with a status, or in its own way, or never. */
export type Answer = number | 'never' | ((response: ServerResponse) => void);

/** An HTTP server that takes what webhooks send. `answer`: asked for each request, from the first (0) on; 204 by default. */
export async function openReceiver(
  answer: (index: number, received: Received) => Answer = () => 204,
): Promise<Receiver> {
  const all: Received[] = [];
  const taken: number[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const received: Received = { headers: request.headers, body, event: JSON.parse(body) as CloudEvent };
      const given = answer(all.push(received) - 1, received);
      if (given === 'never') return;
      if (typeof given === 'function') return given(response);
      if (given < 300) taken.push(Number(received.event.position));
      response.writeHead(given).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    all,
    taken,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
