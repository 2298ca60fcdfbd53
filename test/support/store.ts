import { systemClock, type Clock } from '../../src/clock.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { openDatabase, type Database } from '../../src/postgres/database.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import type { AppendEffects } from '../../src/store/batch.ts';
import type { Command } from '../../src/store/command.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { openStore } from '../../src/store/postgres-store.ts';
import type { Projection } from '../../src/store/projection.ts';
import type { UpcastTable } from '../../src/store/upcast.ts';
import { freshDatabase } from './postgres.ts';

export interface TestStore extends AsyncDisposable {
  readonly database: Database;
  readonly store: EventStore;
  /** One more store on the same database, as another process would have it. */
  another(options?: TestStoreOptions): EventStore;
}

export interface TestStoreOptions {
  readonly effects?: AppendEffects;
  readonly projections?: readonly Projection[];
  readonly clock?: Clock;
  readonly upcasts?: UpcastTable;
  /** The test writes decisions that no planner took. */
  readonly inventsDecisions?: boolean;
  /** The test writes what no release would: the rows cannot be held against the log at the end. */
  readonly tampered?: boolean;
}

/** A store on a database of its own. */
export async function testStore(options: TestStoreOptions = {}): Promise<TestStore> {
  const stack = new AsyncDisposableStack();
  const { url } = stack.use(
    await freshDatabase({
      projections: options.projections ?? PROJECTIONS,
      tampered: options.tampered ?? false,
      inventsDecisions: options.inventsDecisions ?? false,
    }),
  );
  const database = stack.use(openDatabase({ url, applicationName: 'deploy-svc test', onError: () => undefined }));
  const another = (own: TestStoreOptions = {}): EventStore =>
    stack.use(
      openStore({
        database,
        clock: own.clock ?? systemClock,
        projections: own.projections ?? PROJECTIONS,
        effects: own.effects ?? (async () => undefined),
        ...(own.upcasts && { upcasts: own.upcasts }),
      }),
    );
  const store = another(options);
  return { database, store, another, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** A command by the test itself: events for one stream. */
export function command(
  stream: string,
  expectedVersion: number | 'any',
  events: readonly DomainEvent[],
  more: Partial<Command> = {},
): Command {
  return {
    context: { actor: 'user/test', correlationId: 'test' },
    appends: [{ stream, expectedVersion, events }],
    ...more,
  };
}

/** A definition event: the smallest event that has a stream and a row of its own. */
export function definitionSaved(id: string, image = 'web:1'): DomainEvent {
  return {
    type: 'DefinitionSaved',
    data: { definitionId: id, spec: { id, image: { name: image, internalPorts: [8080] } } },
  };
}
