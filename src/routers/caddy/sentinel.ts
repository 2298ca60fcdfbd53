import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';

/** Caddy answers, and closes what is idle, within this time. */
const DEADLINE_MS = 1_000;
/** No deployment has this name: what is asked is answered with 404. */
const NOBODY = 'sentinel.invalid';

/**
 * A connection that is idle while a configuration is loaded. Caddy says that the new one is in force a moment before the servers of
 * the old one have closed their listeners and, after that, all idle connections: what comes meanwhile goes by the old table.
 */
export interface Sentinel extends Disposable {
  /** Resolves when Caddy has closed it, after a second at the latest. */
  closed(): Promise<void>;
}

/** Undefined when nobody answers there: then there is nothing to be closed. `listen`: `127.0.0.1:11338`, `:11338`, `[::1]:11338`. */
export async function openSentinel(listen: string): Promise<Sentinel | undefined> {
  const agent = new Agent({ keepAlive: true });
  const socket = await idleAt(listen, agent);
  if (socket === undefined) {
    agent.destroy();
    return undefined;
  }
  return {
    async closed() {
      if (socket.closed) return;
      // A reset is an end as well, and so is a second.
      await once(socket, 'close', { signal: AbortSignal.timeout(DEADLINE_MS) }).catch(() => undefined);
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** A connection that has carried a request: one that is new is not idle to Caddy. */
function idleAt(listen: string, agent: Agent): Promise<Socket | undefined> {
  const { hostname, port } = new URL(`http://${listen.startsWith(':') ? `localhost${listen}` : listen}`);
  return new Promise((resolve) => {
    const options = { port, agent, headers: { host: NOBODY }, signal: AbortSignal.timeout(DEADLINE_MS) };
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const asking = request({ ...options, host }, (response) => {
      const { socket } = response;
      response.resume().once('close', () => resolve(socket));
    });
    asking.once('error', () => resolve(undefined));
    asking.end();
  });
}
