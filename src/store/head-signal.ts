import type { Connection, Database } from '../postgres/database.ts';
import { pause, type Clock } from '../clock.ts';
import type { StreamKind } from '../domain/stream.ts';
import { HEAD_CHANNEL, kindsIn } from './head-channel.ts';

/** How long a reader waits at most before it looks for itself. NOTIFY is a hint, polling is the truth. */
const POLL_MS = 1_000;
const RECONNECT_MS = 200;

/** Tells readers that the log has grown: one LISTEN connection per process, made again when it breaks. */
export class HeadSignal implements AsyncDisposable {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #wakers = new Map<() => void, StreamKind | undefined>();
  #listening: Promise<void> | undefined;
  #heard = 0;
  readonly #heardOf = new Map<string, number>();
  /** Notifications that may have been missed: they count for every kind. */
  #missed = 0;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Goes up with every notification. A reader takes it before it reads: what is said while it reads must not be missed. */
  get heard(): number {
    return this.#heard;
  }

  /** Resolves when the log may have grown since `heard`, when the poll is due, or when the signal aborts. */
  async wait(heard: number, signal: AbortSignal): Promise<void> {
    this.#listening ??= this.#listen();
    if (heard === this.#heard) await this.#sleep(undefined, POLL_MS, signal);
  }

  /**
   * Yields at once, then whenever streams of a kind may have grown, and at the latest every `pollMs`, until the signal
   * aborts. What is said while the consumer works is yielded when it comes back.
   */
  async *touched(kind: StreamKind, pollMs: number, signal: AbortSignal): AsyncGenerator<void> {
    this.#listening ??= this.#listen();
    while (!signal.aborted && !this.#stop.signal.aborted) {
      const heard = this.#heardFor(kind);
      yield;
      if (heard === this.#heardFor(kind)) await this.#sleep(kind, pollMs, signal);
    }
  }

  #heardFor(kind: StreamKind): number {
    return this.#missed + (this.#heardOf.get(kind) ?? 0);
  }

  async #sleep(kind: StreamKind | undefined, ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    this.#wakers.set(wake, kind);
    try {
      await pause(this.#clock, ms, AbortSignal.any([woken.signal, signal, this.#stop.signal]));
    } finally {
      this.#wakers.delete(wake);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#listening;
  }

  async #listen(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#listenOnce();
      } catch {
        // The database is away; readers poll, and their own errors tell of it.
      }
      await pause(this.#clock, RECONNECT_MS, this.#stop.signal);
    }
  }

  async #listenOnce(): Promise<void> {
    const connection = await this.#database.connect('deploy-svc head signal');
    connection.on('notification', ({ payload = '' }) => this.#wake(kindsIn(payload)));
    const ended = new Promise<void>((resolve) => connection.once('end', () => resolve()));
    try {
      await connection.query(`listen ${HEAD_CHANNEL}`);
      this.#wake(undefined);
      await Promise.race([ended, aborted(this.#stop.signal)]);
    } finally {
      await close(connection);
    }
  }

  /** `kinds` undefined: any of them, as what was said while nobody listened. */
  #wake(kinds: readonly string[] | undefined): void {
    this.#heard += 1;
    if (kinds === undefined) this.#missed += 1;
    for (const kind of kinds ?? []) this.#heardOf.set(kind, (this.#heardOf.get(kind) ?? 0) + 1);
    for (const [wake, kind] of this.#wakers) {
      if (kind === undefined || kinds === undefined || kinds.includes(kind)) wake();
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // Disposal while the connection was still being made: the event has passed.
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function close(connection: Connection): Promise<void> {
  await connection.end().catch(() => undefined);
}
