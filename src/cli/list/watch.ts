import { setTimeout as pause } from 'node:timers/promises';

import { ApiError, ServerUnreachable } from '../../api/client-error.ts';
import type { Client } from '../../api/client.ts';
import { Doorbell } from '../rollout/doorbell.ts';
import { eventFeed } from '../rollout/event-feed.ts';
import type { View } from './view.ts';

/** How often it looks, in milliseconds: while events say when to, this is for heartbeats and the like, which are none. */
const WITH_EVENTS = 5000;
const WITHOUT_EVENTS = 2000;
/** Ages go on in steps of a second. */
const TICK = 1000;
/** Events that come in a burst are answered by one look; while they go on, looking takes a fifth of the time at most. */
const BURST = 150;
const REST = 4;

/** What is watched. */
export interface Watched<T> {
  /** Whose events say that something may have changed. */
  readonly client: Client | undefined;
  readonly look: () => Promise<readonly T[]>;
  readonly view: View<T>;
  /** Ends the watch; until the process ends when absent. */
  readonly signal?: AbortSignal;
}

/**
 * Shows a list until the signal. A server that goes away is waited for. Throws when the first look fails, and when the
 * server refuses a later one.
 */
export async function watchList<T>({
  client,
  look,
  view,
  signal = new AbortController().signal,
}: Watched<T>): Promise<void> {
  const ended = new AbortController();
  const wakes = new Wakes(client, AbortSignal.any([signal, ended.signal]));
  try {
    await wakes.open();
    let items = await wakes.timed(look);
    await view.show(items);
    let away = false;
    while (!signal.aborted) {
      if (await wakes.due()) {
        const seen = await wakes
          .timed(look)
          .catch((error: unknown) => (isPassing(error) ? undefined : Promise.reject(error)));
        if (away !== (seen === undefined))
          view.note(seen === undefined ? 'The server does not answer; trying again.' : '');
        away = seen === undefined;
        items = seen ?? items;
      }
      if (!signal.aborted) await view.show(items);
    }
  } finally {
    ended.abort();
    await wakes.finished;
  }
}

/** Says when to look again. */
class Wakes {
  readonly #client: Client | undefined;
  readonly #signal: AbortSignal;
  readonly #bell = new Doorbell();
  #streaming = false;
  #rung = false;
  #lookedAt = performance.now();
  /** How long the last look took. */
  #took = 0;
  #broken: Error | undefined;
  /** Settles when the stream has been left. */
  finished: Promise<void> = Promise.resolve();

  constructor(client: Client | undefined, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#bell.ring());
  }

  /** Events after this moment wake. */
  async open(): Promise<void> {
    if (this.#client === undefined) return;
    const after = await headOf(this.#client).catch((error: unknown) => {
      // The look that follows meets the same error, and tells of it in its own words.
      if (error instanceof ApiError || error instanceof ServerUnreachable) return undefined;
      throw error;
    });
    if (after === undefined) return;
    this.#streaming = true;
    this.finished = this.#listen(this.#client, after).catch((error: unknown) => {
      this.#streaming = false;
      // Who may not follow events looks by the clock alone.
      if (error instanceof ApiError) return;
      this.#broken = error instanceof Error ? error : new Error(String(error));
      this.#bell.ring();
    });
  }

  /** Waits for a ring or a tick; true when it is time to look. */
  async due(): Promise<boolean> {
    await this.#bell.wait(TICK);
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#rung)
      await pause(Math.max(BURST, REST * this.#took), undefined, { signal: this.#signal }).catch(() => {});
    const every = this.#streaming ? WITH_EVENTS : WITHOUT_EVENTS;
    const due = this.#rung || performance.now() - this.#lookedAt >= every;
    if (!due) return false;
    this.#rung = false;
    this.#lookedAt = performance.now();
    return true;
  }

  /** Carries out a look, and remembers how long it took. */
  async timed<T>(look: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await look();
    } finally {
      this.#took = performance.now() - started;
    }
  }

  async #listen(client: Client, after: number): Promise<void> {
    const onBreak = (): void => {
      this.#streaming = false;
    };
    for await (const _ of eventFeed(client, { after, signal: this.#signal, onBreak })) {
      this.#streaming = true;
      this.#rung = true;
      this.#bell.ring();
    }
  }
}

/** The log's present end: no stream has that name, so that the answer is the position alone. */
async function headOf(client: Client): Promise<number> {
  const { body } = await client.call('listEvents', { query: { stream: 'none/none', limit: 1 } });
  return body.position;
}

/** Whether waiting may help. */
function isPassing(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof ServerUnreachable || (cause instanceof ApiError && cause.status >= 500);
}
