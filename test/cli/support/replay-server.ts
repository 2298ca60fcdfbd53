import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it came. */
export interface Received {
  readonly method: string;
  /** Undecoded, with the query. */
  readonly path: string;
  readonly authorization: string | undefined;
  /** Undefined when there was none. */
  readonly body: unknown;
}

/** What to answer; `body` undefined for none. */
export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers itself when it takes the response, as streams do. */
export type Answering = (request: Received, response: ServerResponse) => Reply | 'taken';

/** A server of recorded answers, which records what it is asked. */
export interface ReplayServer extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
}

export async function startReplayServer(answer: Answering): Promise<ReplayServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void receive(request).then((one) => {
      received.push(one);
      const reply = answer(one, response);
      if (reply !== 'taken') send(response, reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function receive(request: IncomingMessage): Promise<Received> {
  const body = await text(request);
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    authorization: request.headers.authorization,
    body: body === '' ? undefined : JSON.parse(body),
  };
}

function send(response: ServerResponse, { status = 200, body, headers = {} }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
