import { systemClock } from '../../../src/clock.ts';
import type { DomainEvent, RecordedEvent } from '../../../src/domain/event.ts';
import { openDatabase, type Database } from '../../../src/postgres/database.ts';
import { PROJECTIONS } from '../../../src/projections/all.ts';
import { InvariantViolated, StoreUnavailable, VersionConflict, type Command } from '../../../src/store/command.ts';
import type { EventStore } from '../../../src/store/event-store.ts';
import { openStore } from '../../../src/store/postgres-store.ts';
import type { Answer, OpenLog, RacedCommand, Seen } from './raced-log.ts';
import { inventedDecision } from '../../support/invented-decision.ts';

/** The node that `reserve` commands share; each takes one thousandth of a core. */
export const RACED_NODE = 'race-node';

/** The event store, with pools of its own for every process. */
export function eventStoreLog(url: string): OpenLog {
  return (applicationName) => {
    const stack = new AsyncDisposableStack();
    const database = stack.use(openDatabase({ url, applicationName, max: 2, onError: () => undefined }));
    const store = stack.use(storeOn(database));
    const deaf = stack.use(storeOn(withoutListen(database)));
    return {
      write: (command) => write(store, command),
      versionOf: async (stream) => (await store.row('definitions', stream.slice('definition/'.length)))?.version ?? 0,
      async *follow(from, signal, { polling }) {
        for await (const event of (polling ? deaf : store).subscribe({ from, signal })) yield seen(event);
      },
      head: () => store.head(),
      all: () => readAll(store),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  };
}

function storeOn(database: Database): EventStore {
  return openStore({ database, clock: systemClock, projections: PROJECTIONS, effects: failOnPoison });
}

/** As behind a connection pooler that passes no notifications on. */
function withoutListen(database: Database): Database {
  return { ...database, connect: () => Promise.reject(new Error('no LISTEN here')) };
}

async function failOnPoison(_: unknown, events: readonly RecordedEvent[]): Promise<void> {
  if (events.some((event) => markerOf(event).startsWith('poison'))) throw new Error('planted: the effects failed');
}

async function write(store: EventStore, command: RacedCommand): Promise<Answer> {
  try {
    await store.append(commandOf(command));
    return 'accepted';
  } catch (error) {
    if (error instanceof StoreUnavailable) return 'unknown';
    const expected = error instanceof VersionConflict || error instanceof InvariantViolated;
    if (!expected && command.kind !== 'poison') throw error;
    return 'refused';
  }
}

function commandOf({ key, kind, stream, expectedVersion, markers }: RacedCommand): Command {
  const id = stream.slice('definition/'.length);
  const own = { stream, expectedVersion, events: markers.map((marker) => definitionSaved(id, marker)) };
  const reserving = markers.map((marker, index) => {
    const replicaId = `${key}-${index}`;
    return { stream: `replica/${replicaId}`, expectedVersion: 0, events: [replicaScheduled(replicaId, marker)] };
  });
  return {
    context: { actor: 'user/race', correlationId: key },
    idempotencyKey: key,
    appends: kind === 'reserve' ? reserving : [own],
  };
}

function definitionSaved(id: string, marker: string): DomainEvent {
  return {
    type: 'DefinitionSaved',
    data: { definitionId: id, spec: { id, image: { name: marker, internalPorts: [8080] } } },
  };
}

function replicaScheduled(replicaId: string, marker: string): DomainEvent {
  return {
    type: 'ReplicaScheduled',
    data: {
      replicaId,
      deploymentId: 'race',
      generation: 1,
      ordinal: 0,
      revision: 1,
      reason: marker,
      reservation: { nodeId: RACED_NODE, cpuMillis: 1, memoryBytes: 0, vramBytes: 0, hostPorts: [] },
      decision: inventedDecision(RACED_NODE),
    },
  };
}

function markerOf(event: RecordedEvent): string {
  if (event.type === 'ReplicaScheduled') return event.data.reason;
  return event.type === 'DefinitionSaved' ? (event.data.spec.image?.name ?? '') : '';
}

function seen(event: RecordedEvent): Seen {
  return { position: event.position, marker: markerOf(event) };
}

async function readAll(store: EventStore): Promise<readonly Seen[]> {
  const all: Seen[] = [];
  for (;;) {
    const page = await store.read({ after: all.at(-1)?.position ?? 0, limit: 5_000 });
    all.push(...page.map(seen));
    if (page.length === 0) return all;
  }
}
