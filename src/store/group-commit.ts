import { setImmediate as nextTurn } from 'node:timers/promises';

import { StoreUnavailable, type Appended, type Command } from './command.ts';
import { commitBatch, type BatchDeps, type Outcome } from './batch.ts';
import { isTransient, isUnreachable } from './failure.ts';

/** Events in one transaction at most, unless one command alone has more. */
const MOST_EVENTS = 5_000;
/** Commands in one transaction at most. */
const MOST_COMMANDS = 500;
/** Transactions at once: while one waits for the disk, the next is put together and takes its own locks. */
const MOST_IN_FLIGHT = 2;
/** Events that are not worth a division among the transactions. */
const SMALL = 128;
/** How often a batch that lost a deadlock or a serialization race is tried again. */
const TRIES = 3;

interface Waiting {
  readonly command: Command;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects the concurrent commands of a process into few transactions: while they commit, the next one fills. One
 * position counter taken per transaction would cost a factor of four; taken per batch it costs nothing. Commands whose
 * callers do not wait for one another may be stored in any order.
 */
export class GroupCommit implements AsyncDisposable {
  readonly #deps: BatchDeps;
  #waiting: Waiting[] = [];
  readonly #runs = new Set<Promise<void>>();
  #inFlight = 0;
  #committing = 0;

  constructor(deps: BatchDeps) {
    this.#deps = deps;
  }

  /** Resolves when the command is durable. Rejects with the command's own refusal. */
  append(command: Command): Promise<Appended> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ command, resolve, reject });
      if (this.#inFlight < MOST_IN_FLIGHT) this.#begin();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#runs);
  }

  #begin(): void {
    this.#inFlight += 1;
    const run = this.#run().finally(() => this.#runs.delete(run));
    this.#runs.add(run);
  }

  async #run(): Promise<void> {
    // Commands that arrive in the same turn of the event loop share the first transaction.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const [batch, rest] = takeBatch(this.#waiting, this.#share());
      this.#waiting = rest;
      if (rest.length > 0 && this.#inFlight < MOST_IN_FLIGHT) this.#begin();
      this.#committing += 1;
      await this.#commit(batch);
      this.#committing -= 1;
    }
    // In the same step as the look at what waits: a command that comes next begins a run of its own.
    this.#inFlight -= 1;
  }

  /** Events for the next transaction: all, but a part when nothing is under way, or the callers would all wait for the same one. */
  #share(): number {
    if (this.#committing > 0) return MOST_EVENTS;
    const all = this.#waiting.reduce((sum, { command }) => sum + sizeOf(command), 0);
    return Math.min(MOST_EVENTS, Math.max(SMALL, Math.ceil(all / MOST_IN_FLIGHT)));
  }

  async #commit(batch: readonly Waiting[], tries = TRIES): Promise<void> {
    try {
      const outcomes = await commitBatch(
        this.#deps,
        batch.map(({ command }) => command),
      );
      for (const [index, outcome] of outcomes.entries()) settle(batch[index], outcome);
    } catch (error) {
      if (isTransient(error) && tries > 1) return this.#commit(batch, tries - 1);
      if (isUnreachable(error)) {
        for (const { reject } of batch) reject(new StoreUnavailable(error));
      } else if (batch.length === 1) {
        batch[0]?.reject(error);
      } else {
        // One of them cannot be stored at all; alone, each gets what it deserves.
        for (const waiting of batch) await this.#commit([waiting]);
      }
    }
  }
}

function settle(waiting: Waiting | undefined, outcome: Outcome): void {
  if ('appended' in outcome) waiting?.resolve(outcome.appended);
  else waiting?.reject(outcome.refused);
}

/** As many as fit, in order; a second command under one idempotency key waits for the next batch. */
function takeBatch(waiting: readonly Waiting[], most: number): [batch: Waiting[], rest: Waiting[]] {
  const batch: Waiting[] = [];
  const rest: Waiting[] = [];
  const keys = new Set<string>();
  let events = 0;
  for (const entry of waiting) {
    const { idempotencyKey: key } = entry.command;
    const size = sizeOf(entry.command);
    const full = batch.length >= MOST_COMMANDS || (batch.length > 0 && events + size > most);
    if (full || rest.length > 0 || (key !== undefined && keys.has(key))) {
      rest.push(entry);
      continue;
    }
    if (key !== undefined) keys.add(key);
    events += size;
    batch.push(entry);
  }
  return [batch, rest];
}

function sizeOf({ appends }: Command): number {
  return appends.reduce((sum, { events }) => sum + events.length, 0);
}
