import type { Clock } from '../clock.ts';
import { bodyHashHex } from '../domain/audit/body-hash.ts';
import { EVENT_SCHEMAS, type DomainEvent } from '../domain/event.ts';
import type { Database } from '../postgres/database.ts';
import { archivedPart } from './archived.ts';
import { eventTime } from './archives.ts';
import { positionAt, positionOf, readRowsAt } from './as-of.ts';
import type { AppendEffects } from './batch.ts';
import { StoreUnavailable, type Command } from './command.ts';
import type { EventStore } from './event-store.ts';
import { isUnreachable } from './failure.ts';
import { GroupCommit } from './group-commit.ts';
import { HeadSignal } from './head-signal.ts';
import type { Projection } from './projection.ts';
import { idsNear, idsNearAt, lookUp, lookUpAt } from './look-up.ts';
import { readEvents, readHead, readRow, readRows, readSnapshot } from './read.ts';
import { subscribe } from './subscription.ts';
import { UPCASTS, type UpcastTable } from './upcast.ts';

export interface StoreOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly projections: readonly Projection[];
  /** Jobs that events cause; they commit with them. */
  readonly effects: AppendEffects;
  /** How events of earlier schema versions read now; the product's own unless a test plants others. */
  readonly upcasts?: UpcastTable;
  /** The hash of an event's body, in hexadecimal; the chain's own unless a benchmark measures what that takes. */
  readonly hashOf?: typeof bodyHashHex;
}

/** The event store on PostgreSQL. */
export function openStore(options: StoreOptions): EventStore {
  const { database, clock, projections, effects, upcasts = UPCASTS, hashOf = bodyHashHex } = options;
  const { db } = database;
  const commits = new GroupCommit({ db, projections, effects, now: () => clock.now(), upcasts, hashOf });
  const signal = new HeadSignal(database, clock);
  // The log never gets shorter.
  let seen = 0;
  const head = async (): Promise<number> => {
    const position = await reachable(readHead(db));
    seen = Math.max(seen, position);
    return position;
  };
  return {
    append: async (command) => commits.append(validated(command)),
    row: (projection, id) => reachable(readRow(db, projection, id)),
    rows: (projection, where) => reachable(readRows(db, projection, where)),
    lookUp: (looks) => reachable(lookUp(db, looks)),
    idsNear: (projections, id) => reachable(idsNear(db, projections, id)),
    asOf: (position) => ({
      position,
      row: async (projection, id) => (await reachable(readRowsAt<never>(db, projection, position, { id })))[0],
      rows: (projection, where, after) => reachable(readRowsAt(db, projection, position, where, after)),
      lookUp: (looks) => reachable(lookUpAt(db, looks, position)),
      idsNear: (projections, id) => reachable(idsNearAt(db, projections, id, position)),
    }),
    positionAt: (moment) => reachable(positionAt(db, moment)),
    positionOf: (eventId) => reachable(positionOf(db, eventId)),
    timeOf: (position) => reachable(eventTime(db, position)),
    archived: (position) => reachable(archivedPart(db, position)),
    snapshot: (read) => reachable(readSnapshot(db, read)),
    read: (options) => reachable(readEvents(db, options, upcasts)),
    head,
    reaches: async (position) => position <= seen || position <= (await head()),
    subscribe: (options) => subscribe({ db, signal, clock, upcasts }, options),
    touched: ({ kind, pollMs, signal: ended }) => signal.touched(kind, pollMs, ended),
    async [Symbol.asyncDispose]() {
      await commits[Symbol.asyncDispose]();
      await signal[Symbol.asyncDispose]();
    },
  };
}

/** Nothing enters the log that its own schema does not describe: what is wrong is refused, what is unknown left out. */
function validated(command: Command): Command {
  const appends = command.appends.map((append) => ({ ...append, events: append.events.map(parsed) }));
  return { ...command, appends };
}

function parsed({ type, data }: DomainEvent): DomainEvent {
  // The schema of the type is what the type of its data is inferred from.
  return { type, data: EVENT_SCHEMAS[type].parse(data) } as DomainEvent;
}

async function reachable<Result>(query: Promise<Result>): Promise<Result> {
  try {
    return await query;
  } catch (error) {
    throw isUnreachable(error) ? new StoreUnavailable(error) : error;
  }
}
