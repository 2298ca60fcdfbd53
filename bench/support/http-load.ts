import { connect } from 'node:net';

/** The answer of the upstreams ends with it. */
export const ANSWER = 'ok';

export interface HttpLoad {
  readonly url: string;
  readonly host: string;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly ms: number;
  /** Requests a second over all connections; absent: each asks again as soon as it is answered. */
  readonly perSecond?: number;
}

export interface HttpLoadResult {
  readonly perSecond: number;
  /** Milliseconds of each request. */
  readonly latencies: readonly number[];
}

/** Asks over connections that are kept. Throws when any answer is not the one that is expected, or a connection breaks. */
export async function httpLoad(load: HttpLoad): Promise<HttpLoadResult> {
  const begin = performance.now() + load.warmUpMs;
  const end = begin + load.ms;
  const latencies: number[] = [];
  const each = Array.from({ length: load.connections }, (_, index) => converse(load, index, { begin, end }, latencies));
  await Promise.all(each);
  return { perSecond: (latencies.length / load.ms) * 1_000, latencies };
}

/** One connection, one request after the other, until the end. */
function converse(
  { url, host, connections, perSecond }: HttpLoad,
  index: number,
  { begin, end }: { readonly begin: number; readonly end: number },
  latencies: number[],
): Promise<void> {
  const { hostname, port } = new URL(url);
  const request = `GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
  const gapMs = perSecond === undefined ? 0 : (connections / perSecond) * 1_000;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    let from = 0;
    let due = performance.now() + (gapMs * index) / connections;
    let text = '';
    const ask = (): void => {
      // A timer may fire a moment too early, and whatever makes it late counts.
      from = perSecond === undefined ? performance.now() : Math.min(performance.now(), due);
      socket.write(request);
    };
    const next = (): void => {
      due += gapMs;
      const wait = due - performance.now();
      if (performance.now() >= end) {
        socket.destroy();
        resolve();
      } else if (gapMs === 0 || wait <= 0) ask();
      else setTimeout(ask, wait);
    };
    socket.on('connect', () => (gapMs === 0 ? ask() : setTimeout(ask, Math.max(0, due - performance.now()))));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (!text.endsWith(ANSWER)) return;
      if (!text.startsWith('HTTP/1.1 200')) return reject(new Error(`an answer that is none: ${text.slice(0, 200)}`));
      text = '';
      const now = performance.now();
      if (now >= begin && now < end) latencies.push(Math.max(0, now - from));
      next();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`${url} closed a connection that was to be kept`)));
  });
}
