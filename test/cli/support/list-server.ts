import type { ServerResponse } from 'node:http';

import { type Reply, type ReplayServer, startReplayServer } from './replay-server.ts';

/** A server with a list of deployments, and a log that says when it changes. */
export interface ListServer extends ReplayServer {
  /** What the list answers from now on; nobody is told. */
  deployments: readonly object[];
  /** What it answers instead, while there is one. */
  failure: Reply | undefined;
  /** Writes one event, to whoever follows. */
  tell(): void;
  /** How often the list was asked for. */
  readonly looks: () => number;
  readonly followers: () => number;
}

/** `events` false: the log is refused to everybody. */
export async function startListServer({ events }: { readonly events: boolean }): Promise<ListServer> {
  const followers: ServerResponse[] = [];
  let position = 7;
  const answering = await startReplayServer(({ path }, response) => {
    if (path === '/deploy-svc/deployments') return server.failure ?? { body: { deployments: server.deployments } };
    if (!path.startsWith('/deploy-svc/events')) return { status: 404, body: { error: 'no such path' } };
    if (!events) return { status: 403, body: { error: 'Forbidden' } };
    if (path.includes('stream=none')) return { body: { events: [], position } };
    if (new URL(path, 'http://x').searchParams.get('after') !== String(position)) return { status: 400, body: {} };
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    followers.push(response);
    return 'taken';
  });
  const server: ListServer = {
    ...answering,
    deployments: [],
    failure: undefined,
    tell() {
      position += 1;
      const event = { position, type: 'DeploymentStatusChanged', data: {} };
      for (const each of followers) each.write(`id: ${position}\ndata: ${JSON.stringify(event)}\n\n`);
    },
    looks: () => answering.received.filter(({ path }) => path === '/deploy-svc/deployments').length,
    followers: () => followers.length,
  };
  return server;
}
