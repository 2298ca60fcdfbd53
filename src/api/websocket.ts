import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { type RawData, type WebSocket, WebSocketServer } from 'ws';

/** The longest message that is taken. */
const MAX_MESSAGE = 1_048_576;
/** Whoever has not answered a ping by the next one is gone. */
const PING_MS = 15_000;

/** A conversation in binary messages, each with a channel in its first byte. */
export interface Channels extends AsyncDisposable {
  /** Resolves when it is on its way: whoever waits keeps no backlog. Nothing is sent when the other side is gone. */
  send(channel: number, bytes: Uint8Array): Promise<void>;
  /** Hands over each message in order; the next is read when the last has been dealt with. */
  receive(deal: (channel: number, bytes: Buffer) => Promise<void>): void;
  /** Aborts when the other side is gone. */
  readonly gone: AbortSignal;
  /** Ends it politely. Codes as in RFC 6455, 7.4.1. */
  close(code: number, reason?: string): void;
}

/** Accepts WebSockets that speak one subprotocol. */
export interface Acceptor {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<Channels>;
}

export function acceptor(protocol: string): Acceptor {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  });
  return {
    accept: (request, socket, head) =>
      new Promise((resolve) => {
        server.handleUpgrade(request, socket, head, (accepted) => resolve(channelsOf(accepted)));
      }),
  };
}

function channelsOf(socket: WebSocket): Channels {
  const gone = new AbortController();
  let alive = true;
  const beat = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, PING_MS);
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      clearInterval(beat);
      gone.abort(new Error('the other side closed the connection'));
      resolve();
    });
  });
  socket.on('pong', () => (alive = true));
  // The connection's failure is its end, which `gone` tells.
  socket.on('error', () => socket.terminate());
  const receive = receiver(socket);
  return {
    gone: gone.signal,
    send: (channel, bytes) =>
      new Promise((resolve) => {
        if (socket.readyState !== socket.OPEN) return resolve();
        socket.send(Buffer.concat([Buffer.of(channel), bytes]), { binary: true }, () => resolve());
      }),
    receive,
    close: (code, reason = '') => socket.close(code, Buffer.from(reason).subarray(0, 123)),
    async [Symbol.asyncDispose]() {
      if (socket.readyState === socket.OPEN) socket.close(1000);
      // Who does not answer the farewell is not waited for.
      const cut = setTimeout(() => socket.terminate(), 2_000);
      await closed;
      clearTimeout(cut);
    },
  };
}

/** Deals with messages one by one; while one is dealt with, no more are read. */
function receiver(socket: WebSocket): Channels['receive'] {
  // Held until somebody deals with them: what comes before is not lost.
  const early: Buffer[] = [];
  let take = (message: Buffer): void => void early.push(message);
  socket.on('message', (data) => take(bytesOf(data)));
  return (deal) => {
    let before = Promise.resolve();
    let waiting = 0;
    take = (message) => {
      waiting += 1;
      socket.pause();
      before = before
        .then(() => deal(message[0] ?? 0, message.subarray(1)))
        .finally(() => {
          waiting -= 1;
          if (waiting === 0) socket.resume();
        });
    };
    for (const message of early.splice(0)) take(message);
  };
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
