import { createSocket } from 'node:dgram';
import { once } from 'node:events';

import { z } from 'zod';

/** One attempt at a replica, as Caddy tells it. */
export interface ToldAttempt {
  readonly dial: string;
  readonly failed: boolean;
  /** To the head of the answer: Caddy tells of no more. */
  readonly ms: number;
}

/** What Caddy sends is heard here. */
export interface Events extends AsyncDisposable {
  /** `127.0.0.1:40000`. */
  readonly address: string;
}

const HOST = '127.0.0.1';

/** Listens for datagrams; at that port, if nobody else has it. */
export async function hearEvents(port: number | undefined, heard: (attempt: ToldAttempt) => void): Promise<Events> {
  const socket = await bound(port ?? 0).catch(async (error: unknown) => {
    if (port === undefined) throw error;
    return bound(0);
  });
  socket.on('message', (bytes) => {
    for (const line of bytes.toString().split('\n')) {
      const attempt = readAttempt(line);
      if (attempt !== undefined) heard(attempt);
    }
  });
  return {
    address: `${HOST}:${socket.address().port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

async function bound(port: number): Promise<ReturnType<typeof createSocket>> {
  const socket = createSocket('udp4');
  const ready = once(socket, 'listening');
  socket.bind({ address: HOST, port, exclusive: true });
  await ready;
  return socket;
}

const roundtrip = z.object({
  msg: z.literal('upstream roundtrip'),
  upstream: z.string(),
  duration: z.number(),
  status: z.number().optional(),
  error: z.string().optional(),
});

/** Undefined for everything else that Caddy says, and where the caller has left. */
export function readAttempt(line: string): ToldAttempt | undefined {
  const parsed = roundtrip.safeParse(jsonOf(line));
  if (!parsed.success) return undefined;
  const { upstream: dial, duration, status = 0, error } = parsed.data;
  if (error !== undefined && /context canceled/.test(error)) return undefined;
  return { dial, failed: status < 100 || status >= 500, ms: duration * 1_000 };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut off, or of somebody else: it counts for nothing.
    return undefined;
  }
}
