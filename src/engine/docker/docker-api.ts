import { type Duplex, Readable } from 'node:stream';

import { abortReason } from '../../abort-reason.ts';
import { DEFAULT_DEADLINES, type Deadlines } from '../deadlines.ts';
import { EngineError } from '../engine-error.ts';
import { toHttpFailure } from './failure.ts';
import { createGuard, type Guard } from './guard.ts';
import { DEFAULT_MAX_IN_FLIGHT, type DockerOptions } from './options.ts';
import { createSemaphore, type Semaphore } from '../../semaphore.ts';
import type { ApiRequest, Transport } from './transport.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the engine's whole answer. */
  readonly deadline: number;
  /** Passes the queue: heartbeats, as a busy engine is not a dead one, and calls that only wait. */
  readonly unqueued?: boolean;
}

export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the answer begins. */
  readonly openDeadline: number;
  /** Milliseconds without a byte in either direction; absent: it may be silent for ever. */
  readonly idleDeadline?: number | undefined;
  /** A tar to upload; it counts as progress. */
  readonly upload?: AsyncIterable<Uint8Array> | undefined;
}

/** Calls and streams of one engine, each with its deadline. Throws HttpFailure, EngineError or the caller's abort reason. */
export class DockerApi implements Disposable {
  readonly url: string;
  readonly deadlines: Deadlines;
  readonly #transport: Transport;
  readonly #places: Semaphore;
  readonly #closing = new AbortController();

  constructor(url: string, transport: Transport, options: DockerOptions) {
    this.url = url;
    this.deadlines = { ...DEFAULT_DEADLINES, ...options.deadlines };
    this.#transport = transport;
    this.#places = createSemaphore(options.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT);
  }

  /** One call: the parsed JSON of the answer, undefined when it has no body. */
  async call(request: ApiRequest, options: CallOptions): Promise<unknown> {
    const guard = createGuard([options.signal, this.#closing.signal]);
    let release: (() => void) | undefined;
    try {
      if (!options.unqueued) {
        guard.arm(this.deadlines.queue, () =>
          this.#timeout(request, this.deadlines.queue, 'no free place for the call'),
        );
        release = await this.#places.acquire(guard.signal);
      }
      guard.arm(options.deadline, () => this.#timeout(request, options.deadline, 'no answer'));
      return await guard.race(this.#exchange(request, guard.signal));
    } catch (error) {
      throw reasonOf(guard, error);
    } finally {
      release?.();
      guard.end();
    }
  }

  /** The answer's bytes as they come. Ends the request when the consumer stops. */
  async *stream(request: ApiRequest, options: StreamOptions): AsyncGenerator<Buffer> {
    const guard = createGuard([options.signal, this.#closing.signal]);
    const idle = options.idleDeadline;
    const awaitBytes = (): void => {
      if (idle !== undefined) guard.arm(idle, () => this.#timeout(request, idle, 'no progress'));
    };
    try {
      guard.arm(options.openDeadline, () => this.#timeout(request, options.openDeadline, 'no answer'));
      const upload = options.upload && Readable.from(tapped(options.upload, awaitBytes), { objectMode: false });
      const response = await guard.race(this.#transport.send({ ...request, ...(upload && { upload }) }, guard.signal));
      guard.disarm();
      awaitBytes();
      for await (const chunk of response) {
        // The consumer's own time is not the engine's silence.
        guard.disarm();
        yield chunk as Buffer;
        awaitBytes();
      }
    } catch (error) {
      throw reasonOf(guard, error);
    } finally {
      guard.end();
    }
  }

  /** A connection for bytes in both directions. It ends with this handle and with the signal; who asked for it closes it. */
  async upgrade(request: ApiRequest, { signal, openDeadline }: StreamOptions): Promise<Duplex> {
    const guard = createGuard([signal, this.#closing.signal]);
    try {
      guard.arm(openDeadline, () => this.#timeout(request, openDeadline, 'no answer'));
      const connection = await guard.race(this.#transport.upgrade(request, guard.signal));
      guard.disarm();
      guard.signal.addEventListener('abort', () => connection.destroy(abortReason(guard.signal)), { once: true });
      connection.once('close', () => guard.end());
      return connection;
    } catch (error) {
      guard.end();
      throw reasonOf(guard, error);
    }
  }

  /** Ends all calls and streams with `unreachable` and closes the connections. */
  [Symbol.dispose](): void {
    this.#closing.abort(new EngineError('unreachable', `${this.url}: this handle to the engine was closed`));
    this.#transport.close();
  }

  async #exchange(request: ApiRequest, signal: AbortSignal): Promise<unknown> {
    const response = await this.#transport.send(request, signal);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    return text.trim() === '' ? undefined : (JSON.parse(text) as unknown);
  }

  #timeout(request: ApiRequest, milliseconds: number, what: string): EngineError {
    return new EngineError(
      'timeout',
      `${request.method} ${request.path} on ${this.url}: ${what} within ${milliseconds} ms`,
    );
  }
}

/** What ended the call: an abort destroys the connection, whose own complaint says nothing of the reason. */
function reasonOf(guard: Guard, error: unknown): Error {
  return guard.signal.aborted ? abortReason(guard.signal) : toHttpFailure(error);
}

async function* tapped(source: AsyncIterable<Uint8Array>, onChunk: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    onChunk();
    yield chunk;
  }
}
