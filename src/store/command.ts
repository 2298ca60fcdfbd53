import type { DomainEvent, EventContext, RecordedEvent } from '../domain/event.ts';
import type { Tx } from '../postgres/database.ts';

/** Events for one stream, on condition of its version. */
export interface StreamAppend {
  readonly stream: string;
  /** The version that the decision was based on: 0 for a stream that does not exist yet, `any` for facts that hold whatever came before. */
  readonly expectedVersion: number | 'any';
  readonly events: readonly DomainEvent[];
}

/** Everything that one decision changes. It is committed whole, with its projections and jobs, or not at all. */
export interface Command {
  readonly context: EventContext;
  readonly appends: readonly StreamAppend[];
  /** A second command under the same key has no effect and gets the first one's answer. */
  readonly idempotencyKey?: string | undefined;
  /** The worker in whose name this is done; refused once the worker has been declared dead. */
  readonly fence?: Fence | undefined;
  /**
   * What is no event and must be stored with the events or not at all, as sealed values are. Called in the transaction once
   * the command is accepted; what it throws refuses the command.
   */
  readonly effect?: ((tx: Tx) => Promise<void>) | undefined;
}

/** A worker's identity. It is new at every registration, so a worker that was given up cannot come back under it. */
export interface Fence {
  readonly workerId: string;
}

/** Where the log put a command's events. `events` is empty for a repeated idempotency key. */
export interface Appended {
  readonly first: number;
  readonly last: number;
  readonly events: readonly RecordedEvent[];
  readonly repeated: boolean;
}

/** Somebody else was first: read again, decide again. */
export class VersionConflict extends Error {
  readonly stream: string;
  readonly expected: number;
  readonly actual: number;

  constructor(stream: string, expected: number, actual: number) {
    super(`${stream} is at version ${actual}, the decision was based on ${expected}`);
    this.name = 'VersionConflict';
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }
}

/** A row that the command would lead to is refused by its projection's invariant: what, and in numbers why. */
export class InvariantViolated extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvariantViolated';
  }
}

/** The worker in whose name the command came has been declared dead; its jobs belong to others now. */
export class Fenced extends Error {
  constructor(workerId: string) {
    super(`worker ${workerId} was declared dead and may not write any more`);
    this.name = 'Fenced';
  }
}

/** The database could not be reached, or broke off: whether the command was stored is unknown unless it carries an idempotency key or a version. */
export class StoreUnavailable extends Error {
  constructor(cause: unknown) {
    super(`the event store is unavailable: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'StoreUnavailable';
  }
}
