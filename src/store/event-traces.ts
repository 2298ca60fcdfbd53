import type { RecordedEvent } from '../domain/event.ts';
import { sql, type Tx } from '../postgres/database.ts';
import { bareArray, textArray } from './array-literal.ts';

/** Keeps which traces the events of a batch belong to, in its transaction. No statement where none does. */
export async function keepTraces(tx: Tx, events: readonly RecordedEvent[]): Promise<void> {
  const traced = events.flatMap(({ position, traceparent }) =>
    traceparent === undefined ? [] : [{ position, traceparent }],
  );
  if (traced.length === 0) return;
  await sql`
    insert into event_traces (position, traceparent)
    select * from unnest(${bareArray(traced.map(({ position }) => position))}::bigint[],
                         ${textArray(traced.map(({ traceparent }) => traceparent))}::text[])
  `.execute(tx);
}
