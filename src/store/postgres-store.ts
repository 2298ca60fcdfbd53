import type { Clock } from '../clock.ts';
import { EVENT_SCHEMAS } from '../domain/event.ts';
import type { Database } from '../postgres/database.ts';
import type { AppendEffects } from './batch.ts';
import { StoreUnavailable, type Command } from './command.ts';
import type { EventStore } from './event-store.ts';
import { isUnreachable } from './failure.ts';
import { GroupCommit } from './group-commit.ts';
import { HeadSignal } from './head-signal.ts';
import type { Projection } from './projection.ts';
import { readEvents, readHead, readRow, readRows, readSnapshot } from './read.ts';
import { subscribe } from './subscription.ts';

export interface StoreOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly projections: readonly Projection[];
  /** Jobs that events cause; they commit with them. */
  readonly effects: AppendEffects;
}

/** The event store on PostgreSQL. */
export function openStore({ database, clock, projections, effects }: StoreOptions): EventStore {
  const { db } = database;
  const commits = new GroupCommit({ db, projections, effects, now: () => clock.now() });
  const signal = new HeadSignal(database, clock);
  return {
    append: async (command) => commits.append(validated(command)),
    row: (projection, id) => reachable(readRow(db, projection, id)),
    rows: (projection, where) => reachable(readRows(db, projection, where)),
    snapshot: (read) => reachable(readSnapshot(db, read)),
    read: (options) => reachable(readEvents(db, options)),
    head: () => reachable(readHead(db)),
    subscribe: (options) => subscribe({ db, signal, clock }, options),
    async [Symbol.asyncDispose]() {
      await commits[Symbol.asyncDispose]();
      await signal[Symbol.asyncDispose]();
    },
  };
}

/** Nothing enters the log that its own schema does not describe. */
function validated(command: Command): Command {
  for (const { events } of command.appends) {
    for (const { type, data } of events) EVENT_SCHEMAS[type].parse(data);
  }
  return command;
}

async function reachable<Result>(query: Promise<Result>): Promise<Result> {
  try {
    return await query;
  } catch (error) {
    throw isUnreachable(error) ? new StoreUnavailable(error) : error;
  }
}
