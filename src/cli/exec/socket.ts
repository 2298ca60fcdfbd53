import { buffer } from 'node:stream/consumers';

import { type RawData, WebSocket } from 'ws';

import { errorOf, ServerUnreachable } from '../../api/client-error.ts';

export interface SocketOptions {
  readonly url: string;
  readonly protocol: string;
  readonly token: string | undefined;
}

/** A conversation in binary messages, each with a channel in its first byte. */
export interface Socket extends Disposable {
  /** Resolves when it is on its way: whoever waits keeps no backlog. */
  send(channel: number, bytes: Uint8Array | string): Promise<void>;
  /** Each message in its order, until the other side ends it; the next is read when the last has been dealt with. */
  receive(deal: (channel: number, bytes: Buffer) => Promise<void>): Promise<void>;
}

/** Throws ApiError when the server refuses, ServerUnreachable when there is none. */
export async function openSocket({ url, protocol, token }: SocketOptions): Promise<Socket> {
  const address = new URL(url);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(address, protocol, { headers, perMessageDeflate: false, handshakeTimeout: 30_000 });
  const early: Buffer[] = [];
  let take = (message: Buffer): void => void early.push(message);
  socket.on('message', (data) => take(bytesOf(data)));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await opened(socket, address.origin);
  return {
    send: (channel, bytes) =>
      new Promise((resolve) => {
        if (socket.readyState !== socket.OPEN) return resolve();
        socket.send(Buffer.concat([Buffer.of(channel), Buffer.from(bytes)]), { binary: true }, () => resolve());
      }),
    async receive(deal) {
      let before = Promise.resolve();
      take = (message) => {
        socket.pause();
        before = before.then(() => deal(message[0] ?? 0, message.subarray(1))).finally(() => socket.resume());
      };
      for (const message of early.splice(0)) take(message);
      await closed;
      await before;
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
}

function opened(socket: WebSocket, origin: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    // Its end follows, and is what everybody waits for.
    socket.on('error', (error) => reject(new ServerUnreachable(origin.replace(/^ws/, 'http'), error)));
    socket.once('unexpected-response', (_, response) => {
      const { statusCode: status = 500, statusMessage: statusText = '' } = response;
      buffer(response)
        .then((body) => errorOf(new Response(Uint8Array.from(body), { status, statusText })))
        .then(reject, reject)
        .finally(() => socket.terminate());
    });
  });
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
