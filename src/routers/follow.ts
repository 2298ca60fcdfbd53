import { pause, type Clock } from '../clock.ts';
import { newId } from '../domain/identifier.ts';
import { doorbell } from '../doorbell.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../postgres/database.ts';
import { evolveRouting, routesDiffer } from '../routing/evolve.ts';
import type { InFlight, Router } from '../routing/router.ts';
import { EMPTY_TABLE, type RoutingTable } from '../routing/table.ts';
import type { EventStore } from '../store/event-store.ts';
import { leave, writeBeat } from './beat.ts';
import { loadTable } from './load-table.ts';
import { writeSamples } from './samples.ts';
import { keepTable, keptTable } from './table-file.ts';

/** How often a router shows that it lives, and stores what it has counted. */
const BEAT_MS = 1_000;
/** Before the next try at a database, or at a proxy, that does not answer; doubles up to the second. */
const RETRY_MS = { first: 100, most: 2_000 } as const;
/** The table is kept on disk at most so often. */
const KEEP_MS = 1_000;

export interface FollowOptions {
  readonly router: Router;
  readonly database: Database;
  readonly store: Pick<EventStore, 'snapshot' | 'subscribe'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where the table is kept for a start without a database; nowhere when absent. */
  readonly file?: string | undefined;
}

/**
 * Keeps a router's table as the log says, whatever its kind: reads it from the rows at one position, follows the log from
 * there, and tells how far it has come and what is still under way at what it has let go of. Without the database it goes on
 * routing by the table that it has, and comes along when the database is back.
 */
export class Follower implements AsyncDisposable {
  readonly id = newId('rtr');
  readonly #options: FollowOptions;
  readonly #stop = new AbortController();
  readonly #loops: Promise<void>[] = [];
  readonly #changed = doorbell();
  readonly #news = doorbell();
  /** As the log has it, as far as it was read. */
  #wanted: RoutingTable = EMPTY_TABLE;
  /** As it is in force. */
  #inForce: RoutingTable = EMPTY_TABLE;
  /** Something was said that somebody may wait for, and was not told yet. */
  #untold = true;
  #kept: RoutingTable | undefined;
  #installation = '';
  /** Ends the reading of a log that turns out to be another one. */
  #reading = new AbortController();
  #away = false;
  /** The proxy has not answered the last time. */
  #mute = false;
  /** Resolves with the next beat that got through. */
  #nextBeat = Promise.withResolvers<void>();

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** The position whose table is in force. */
  get position(): number {
    return this.#inForce.position;
  }

  /**
   * Puts the first table in force, the database's or, while that is away, the one of the last time; resolves when it is, and
   * when the database knows of it. Without either it waits for the database.
   */
  async start(): Promise<void> {
    const known = await this.#first();
    this.#wanted = known.table;
    await this.#put(known.table);
    if (known.fresh) await this.#beat();
    this.#loops.push(
      this.#follow(known.fresh),
      this.#apply(),
      this.#tell(),
      this.#listen(),
      this.#count(),
      this.#keep(),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#reading.abort();
    this.#nextBeat.resolve();
    await Promise.all(this.#loops);
    await this.#keepNow();
    await leave(this.#options.database.db, this.id).catch((error: unknown) =>
      this.#options.log.warn('the router could not take its leave; its lease ends by itself', { error: String(error) }),
    );
  }

  /** `fresh`: it was read from the database now. */
  async #first(): Promise<{ readonly table: RoutingTable; readonly fresh: boolean }> {
    const { store, log, file } = this.#options;
    const kept = file === undefined ? undefined : await keptTable(file);
    for (let ms: number = RETRY_MS.first; ; ms = Math.min(RETRY_MS.most, ms * 2)) {
      try {
        return { table: await loadTable(store), fresh: true };
      } catch (error) {
        this.#stop.signal.throwIfAborted();
        if (kept !== undefined) {
          this.#installation = kept.installation;
          const { position } = kept.table;
          log.warn('the database is away: routing by the table of the last time', {
            file,
            position,
            error: String(error),
          });
          return { table: kept.table, fresh: false };
        }
        log.warn('the database is away, and no table is kept: waiting for it', { file, error: String(error) });
        await pause(this.#options.clock, ms, this.#stop.signal);
        this.#stop.signal.throwIfAborted();
      }
    }
  }

  /** Follows the log for ever; `known`: the table that is wanted is of this log. */
  async #follow(known: boolean): Promise<void> {
    const { store, log, clock } = this.#options;
    let fresh = known;
    for (let ms: number = RETRY_MS.first; !this.#stop.signal.aborted; ms = Math.min(RETRY_MS.most, ms * 2)) {
      try {
        if (!fresh) this.#want(await loadTable(store));
        fresh = true;
        this.#reading = new AbortController();
        const signal = AbortSignal.any([this.#stop.signal, this.#reading.signal]);
        for await (const event of store.subscribe({ from: this.#wanted.position, signal })) {
          this.#want(evolveRouting(this.#wanted, event));
          ms = RETRY_MS.first;
        }
        // It ends by itself only when it is not the log that the table is of.
        fresh = false;
      } catch (error) {
        fresh = false;
        this.#missed(error);
        await pause(clock, ms, this.#stop.signal);
      }
    }
    log.debug('the log is followed no more', { router: this.id });
  }

  #want(table: RoutingTable): void {
    this.#wanted = table;
    this.#changed.ring();
  }

  async #apply(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      await this.#changed.wait(clock, BEAT_MS, this.#stop.signal);
      if (this.#wanted !== this.#inForce) await this.#put(this.#wanted);
    }
  }

  /** Puts a table in force, or a later one when the router does not take it at once. */
  async #put(first: RoutingTable): Promise<void> {
    const { router, log, clock } = this.#options;
    let table = first;
    for (let ms: number = RETRY_MS.first; ; ms = Math.min(RETRY_MS.most, ms * 2)) {
      try {
        const news = this.#inForce === EMPTY_TABLE || routesDiffer(this.#inForce, table);
        if (news) await router.apply(table);
        this.#inForce = table;
        if (!news) return;
        this.#untold = true;
        return this.#news.ring();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        log.warn('a table could not be put in force; it is tried again', {
          kind: router.kind,
          position: table.position,
          error: String(error),
        });
        await pause(clock, ms, this.#stop.signal);
        if (this.#stop.signal.aborted) return;
        if (this.#wanted.position > table.position) table = this.#wanted;
      }
    }
  }

  /** Beats each second, and at once when there is something that somebody may wait for. */
  async #tell(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      await this.#news.wait(clock, BEAT_MS, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      try {
        await this.#beat();
        if (this.#away) this.#options.log.info('the database is back', { router: this.id });
        this.#away = false;
      } catch (error) {
        this.#missed(error);
        await pause(clock, RETRY_MS.first, this.#stop.signal);
      }
    }
  }

  /** What is under way; a proxy that does not say so may not have the table any more, and then nothing is told of it. */
  async #underWay(): Promise<InFlight> {
    const { router, log } = this.#options;
    try {
      const inFlight = await router.inFlight();
      if (this.#mute) log.info('the proxy answers again', { kind: router.kind, router: this.id });
      this.#mute = false;
      return inFlight;
    } catch (error) {
      if (!this.#mute) {
        log.warn('the proxy does not say that it has the table: until it does, nobody waits for this router', {
          kind: router.kind,
          router: this.id,
          error: String(error),
        });
      }
      this.#mute = true;
      throw error;
    }
  }

  async #beat(): Promise<void> {
    const { router, database, log } = this.#options;
    const { position } = this.#inForce;
    const news = this.#untold;
    this.#untold = false;
    try {
      // After the position: what a later table lets go of is told too soon, never too late.
      const inFlight = await this.#underWay();
      const told = await writeBeat(database.db, { id: this.id, kind: router.kind, position, inFlight, news });
      this.#nextBeat.resolve();
      this.#nextBeat = Promise.withResolvers();
      const known = this.#installation;
      this.#installation = told.installation;
      if (told.head >= position && (known === '' || known === told.installation)) return;
      log.warn('the log is another one than before: its table is read anew', { head: told.head, position });
      this.#reading.abort();
    } catch (error) {
      this.#untold ||= news;
      throw error;
    }
  }

  /** What was under way at what was let go of has become less. */
  async #listen(): Promise<void> {
    const { router } = this.#options;
    while (!this.#stop.signal.aborted) {
      await router.settled(this.#stop.signal);
      this.#untold = true;
      this.#news.ring();
      // The next beat asks what is under way, after which the router tells what is new again.
      await this.#nextBeat.promise;
    }
  }

  /** What cannot be stored is gone: it is of no use a minute later. */
  async #count(): Promise<void> {
    const { router, database, clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      await pause(clock, BEAT_MS, this.#stop.signal);
      try {
        await writeSamples(database.db, this.id, await router.samples());
      } catch (error) {
        this.#missed(error);
      }
    }
  }

  async #keep(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await pause(this.#options.clock, KEEP_MS, this.#stop.signal);
      await this.#keepNow();
    }
  }

  async #keepNow(): Promise<void> {
    const { file, log } = this.#options;
    const table = this.#inForce;
    const unchanged = this.#kept !== undefined && !routesDiffer(this.#kept, table);
    if (file === undefined || this.#installation === '' || table === EMPTY_TABLE || unchanged) return;
    try {
      await keepTable(file, { installation: this.#installation, table });
      this.#kept = table;
    } catch (error) {
      log.warn('the table could not be kept on disk', { file, error: String(error) });
    }
  }

  /** Once for each time that the database goes. */
  #missed(error: unknown): void {
    if (this.#away || this.#mute || this.#stop.signal.aborted) return;
    this.#away = true;
    this.#options.log.warn('the database does not answer as it should: routing goes on by the table that is known', {
      router: this.id,
      error: String(error),
    });
  }
}
