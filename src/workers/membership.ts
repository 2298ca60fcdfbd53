import { hostname } from 'node:os';

import { pause, type Clock } from '../clock.ts';
import { newId } from '../domain/identifier.ts';
import type { Logger } from '../logger.ts';
import { sql, type Connection, type Database } from '../postgres/database.ts';
import type { Fence } from '../store/command.ts';
import { type Binding, UNBOUND } from './pool/binding.ts';

/** First key of the advisory locks that living workers hold; the second is the worker's number. */
export const WORKER_LOCK = 7_311;
/** How often a worker shows that it lives. */
const BEAT_MS = 1_000;
/** A worker that holds its lock but has been silent for so long was stopped, or cannot reach the database: it is given up. */
export const SILENCE_MS = 6_000;

/** One life of a worker process. A process that was given up gets a new one, under a new id. */
export interface Membership {
  readonly fence: Fence;
  /** Aborts when this life is over. */
  readonly ended: AbortSignal;
  /** Runs a statement on the life's own connection: session locks taken there end with the life. */
  query<Row extends Record<string, unknown>>(text: string, values: readonly unknown[]): Promise<{ rows: Row[] }>;
}

/** A connection takes one statement at a time; several of a life's loops have some for it. */
function inTurn(query: Membership['query']): Membership['query'] {
  let last: Promise<unknown> = Promise.resolve();
  return (text, values) => {
    const next = last.then(() => query<never>(text, values));
    last = next.catch(() => undefined);
    return next;
  };
}

interface Life extends Membership {
  readonly end: AbortController;
  readonly connection: Connection;
}

/** What a worker's row says of it. */
export interface Registered extends Binding {
  /** `host:port` where others read its measurements; absent where it tells none. */
  readonly metricsAddress?: string | undefined;
}

/**
 * Keeps this process among the living: a row in `workers`, a session advisory lock that drops with the connection, and
 * a beat. When any of them is lost, the life is over, and another one begins.
 */
export class WorkerMembership implements AsyncDisposable {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #binding: Registered;
  readonly #stop = new AbortController();
  #life: Life | undefined;
  #running: Promise<void> | undefined;
  #onLife: ((life: Membership) => void)[] = [];
  #next = Promise.withResolvers<Membership>();

  constructor(database: Database, clock: Clock, log: Logger, binding: Registered = UNBOUND) {
    this.#database = database;
    this.#clock = clock;
    this.#log = log;
    this.#binding = binding;
  }

  /** Begins the first life; later ones begin by themselves. */
  async start(): Promise<void> {
    this.#life = await this.#begin();
    this.#running = this.#keepAlive();
  }

  /** The present life. Between two lives: the last one, whose fence refuses. */
  get present(): Membership {
    if (this.#life === undefined) throw new Error('the worker has not started');
    return this.#life;
  }

  /** Calls back at every life, also the present one. */
  onLife(callback: (life: Membership) => void): void {
    this.#onLife.push(callback);
    if (this.#life !== undefined) callback(this.#life);
  }

  /** Ends a life that was found to be over, before its next beat finds it, and waits for the one that follows. Rejects when the signal aborts first. */
  async after(life: Membership, signal: AbortSignal): Promise<Membership> {
    if (this.#life !== undefined && this.#life !== life) return this.#life;
    const next = this.#next.promise;
    this.#life?.end.abort();
    signal.throwIfAborted();
    const given = Promise.withResolvers<never>();
    const giveUp = (): void => given.reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([next, given.promise]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    if (this.#life === undefined) return;
    const { fence, connection, end } = this.#life;
    end.abort();
    await sql`delete from workers where id = ${fence.workerId}`
      .execute(this.#database.db)
      .catch((error: unknown) =>
        this.#log.warn('worker row not removed; it will be given up', { error: String(error) }),
      );
    await connection.end().catch(() => undefined);
  }

  async #keepAlive(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await pause(this.#clock, BEAT_MS, AbortSignal.any([this.#stop.signal, this.present.ended]));
      if (this.#stop.signal.aborted) return;
      try {
        if (await this.#beat()) continue;
        this.#life?.end.abort();
        await this.#life?.connection.end().catch(() => undefined);
        this.#life = await this.#begin();
        for (const callback of this.#onLife) callback(this.#life);
        const { resolve } = this.#next;
        this.#next = Promise.withResolvers();
        resolve(this.#life);
      } catch (error) {
        this.#log.warn('the database is away; the worker waits for it', { error: String(error) });
        await pause(this.#clock, BEAT_MS, this.#stop.signal);
      }
    }
  }

  /** False when this life is over. */
  async #beat(): Promise<boolean> {
    const { fence, ended } = this.present;
    if (ended.aborted) return false;
    const { rows } = await sql`
      update workers set seen_at = now() where id = ${fence.workerId} returning id
    `.execute(this.#database.db);
    return rows.length === 1;
  }

  async #begin(): Promise<Life> {
    const workerId = newId('wrk');
    const connection = await this.#database.connect(`deploy-svc worker ${workerId}`);
    const end = new AbortController();
    const { clusters, queues, watches, metricsAddress = null } = this.#binding;
    connection.once('end', () => end.abort());
    try {
      // One statement: a row without its lock, however shortly, would look like a dead worker's.
      await connection.query(
        `with registered as (
           insert into workers (id, host, pid, clusters, queues, watches, metrics_address)
           values ($1, $2, $3, $5, $6, $7, $8) returning number
         )
         select pg_advisory_lock($4, number::int) from registered`,
        [workerId, hostname(), process.pid, WORKER_LOCK, clusters, queues, watches, metricsAddress],
      );
    } catch (error) {
      await connection.end().catch(() => undefined);
      throw error;
    }
    this.#log.info('worker registered', { workerId });
    return {
      fence: { workerId },
      ended: end.signal,
      end,
      connection,
      query: inTurn((text, values) => connection.query(text, [...values])),
    };
  }
}
