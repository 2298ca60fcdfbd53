import { createServer, type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** A listener on 127.0.0.1 between a client and a unix socket, that can fail on demand. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Connections open now, and the most there were at once. */
  readonly open: number;
  readonly most: number;
  /** Closes the open connections; new ones are served. */
  cut(): void;
  /** From now on accepts connections and never answers on them; what is open goes silent. */
  freeze(): void;
  thaw(): void;
}

/** Passes connections on to the socket; over TLS when options are given. */
export async function startProxy(socketPath: string, tls?: TlsOptions): Promise<Proxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let frozen = false;
  let most = 0;
  const serve = (client: Socket): void => {
    const engine = connect(socketPath);
    const pair = [client, engine] as const;
    pairs.add(pair);
    most = Math.max(most, pairs.size);
    const close = (): void => {
      pairs.delete(pair);
      client.destroy();
      engine.destroy();
    };
    for (const socket of pair) socket.on('error', close).on('close', close);
    client.on('data', (chunk: Buffer) => frozen || engine.write(chunk));
    engine.on('data', (chunk: Buffer) => frozen || client.write(chunk));
  };
  const server: Server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const [client, engine] of pairs) {
      client.destroy();
      engine.destroy();
    }
  };
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return pairs.size;
    },
    get most() {
      return most;
    },
    cut,
    freeze: () => void (frozen = true),
    thaw: () => void (frozen = false),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}
