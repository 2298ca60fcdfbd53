import { systemClock } from '../../src/clock.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { streamOf } from '../../src/domain/stream.ts';
import { sql, type Db } from '../../src/postgres/database.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import type { Projection } from '../../src/store/projection.ts';
import { openStore } from '../../src/store/postgres-store.ts';
import { openEmmett } from './emmett.ts';
import { load, type LoadOptions, type LoadResult } from './load.ts';
import { checkLog, checkRows } from './log-oracle.ts';
import { openPool, type PostgresServer } from './postgres.ts';

const CONTEXT = { actor: 'user/bench', correlationId: 'bench' };

/** An event that makes a stream of its own and one projection row. */
export function definitionSaved(id: string): DomainEvent {
  const spec = { id, image: { name: 'registry.example/web:1', internalPorts: [8_080] } };
  return { type: 'DefinitionSaved', data: { definitionId: id, spec } };
}

export interface AppendLoad extends LoadOptions {
  /** Events in one command, each for a new stream. */
  readonly events: number;
  readonly projected: boolean;
  /** Without hashes, in this process and in the database: what the chain is measured against. Its links cannot be checked then. */
  readonly unchained?: boolean;
}

/** Appends to our store; every event is one command's, or `events` of them are. Checks the log and the rows afterwards. */
export function appendOurs(postgres: PostgresServer, options: AppendLoad): Promise<LoadResult> {
  const projections: readonly Projection[] = options.projected ? PROJECTIONS : [];
  return postgres.fresh(async (url) => {
    await using database = openPool(url);
    await migrate(database);
    if (options.unchained === true) await dropChain(database.db);
    const unhashed = options.unchained === true ? { hashOf: () => '' } : {};
    const effects = async (): Promise<void> => undefined;
    await using store = openStore({ database, clock: systemClock, projections, effects, ...unhashed });
    const result = await load(options, (number) =>
      store.append({
        context: CONTEXT,
        appends: idsOf(number, options.events).map((id) => ({
          stream: streamOf('definition', id),
          expectedVersion: 0,
          events: [definitionSaved(id)],
        })),
      }),
    );
    const total = result.calls * options.events;
    if (options.unchained !== true) await checkLog(database, total);
    await checkRows(database, 'definitions', options.projected ? total : 0);
    return result;
  });
}

/** `append_events` as it is, but for the hashes. */
async function dropChain(db: Db): Promise<void> {
  const { rows } = await sql<{ source: string }>`
    select pg_get_functiondef('append_events'::regproc) as source
  `.execute(db);
  const source = rows[0]?.source ?? '';
  const unchained = source.replace(
    /for i in 1\.\.total loop[\s\S]*?end loop;/,
    "hashes := array_fill(''::bytea, array[total]);",
  );
  if (unchained === source) throw new Error('append_events has no loop over hashes any more');
  await sql.raw(unchained).execute(db);
}

/** The same events with emmett: one call per command, to a new stream. It has no command over several streams, so all go to one. */
export function appendEmmett(postgres: PostgresServer, options: Omit<AppendLoad, 'projected'>): Promise<LoadResult> {
  return postgres.fresh(async (url) => {
    const store = await openEmmett(url);
    try {
      const result = await load(options, (number) => {
        const events = idsOf(number, options.events).map((id) => ({ ...definitionSaved(id), metadata: CONTEXT }));
        return store.appendToStream(`definition-${number}`, events, { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' });
      });
      await checkEmmett(url, result.calls * options.events);
      return result;
    } finally {
      await store.close();
    }
  });
}

async function checkEmmett(url: string, events: number): Promise<void> {
  await using database = openPool(url);
  const { rows } = await sql<{ n: string }>`select count(*) as n from emt_messages`.execute(database.db);
  if (Number(rows[0]?.n) !== events) throw new Error(`emmett accepted ${events} events and holds ${rows[0]?.n}`);
}

function idsOf(call: number, events: number): string[] {
  return Array.from({ length: events }, (_, index) => `def_${call}_${index}`);
}
