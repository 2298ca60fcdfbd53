import { HISTORY_TYPES, type HistoryEvent, type Origins } from '../domain/deployment/history/fold.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { streamOf } from '../domain/stream.ts';
import { type Db, type RawBuilder, sql } from '../postgres/database.ts';
import { EVENT_COLUMNS, type EventRow, toRecorded } from './recorded.ts';
import { UPCASTS } from './upcast.ts';

/** The events up to a position that a deployment's history is made from, in order, as far as the database has them: by an index of their own (migration 0019). */
export async function readHistory(db: Db, deploymentId: string, until?: number): Promise<readonly HistoryEvent[]> {
  // The types stand in the statement as they stand in the index: as parameters they would not meet it.
  const types = sql.raw(HISTORY_TYPES.map((type) => `'${type}'`).join(', '));
  const { rows } = await sql<EventRow>`
    select ${sql.raw(EVENT_COLUMNS)} from events
    where stream = ${streamOf('deployment', deploymentId)} and type in (${types}) and ${upTo(until)} order by version
  `.execute(db);
  return rows.map((row) => toRecorded(row, UPCASTS)).filter(isOfHistory);
}

function isOfHistory(event: RecordedEvent): event is RecordedEvent & HistoryEvent {
  const types: readonly string[] = HISTORY_TYPES;
  return types.includes(event.type);
}

/** Who first did what carries these correlation ids outside the deployment: saved its definition, or a secret. */
export async function readOrigins(db: Db, deploymentId: string, correlationIds: readonly string[]): Promise<Origins> {
  if (correlationIds.length === 0) return new Map();
  const { rows } = await sql<{ correlation_id: string; actor: string; type: string; stream: string }>`
    select distinct on (correlation_id) correlation_id, actor, type, stream from events
    where correlation_id = any(${[...correlationIds]}::text[]) and actor like 'user/%'
      and stream <> ${streamOf('deployment', deploymentId)}
    order by correlation_id, position
  `.execute(db);
  return new Map(
    rows.map(({ correlation_id: id, actor, type, stream }) => [id, { actor, reason: `${type} of ${stream}` }]),
  );
}

/** Who saved the definition last before a position; undefined when nobody did after `since`. */
export async function readDefiner(
  db: Db,
  definitionId: string,
  { since, before }: { readonly since: number; readonly before: number },
): Promise<string | undefined> {
  const { rows } = await sql<{ actor: string }>`
    select actor from events where stream = ${streamOf('definition', definitionId)}
      and position > ${since} and position < ${before} order by version desc limit 1
  `.execute(db);
  return rows[0]?.actor;
}

/** What was pulled for a deployment's replicas. */
export interface Pulled {
  readonly replicaId: string;
  readonly image: string;
  /** `sha256:…`, as the registry says; absent where the engine did not tell. */
  readonly digest?: string | undefined;
}

/** Every pull for the deployment up to a position, in order. */
export async function readPulls(db: Db, deploymentId: string, until?: number): Promise<readonly Pulled[]> {
  const { rows } = await sql<{ replica_id: string; image: string; digest: string | null }>`
    select data ->> 'replicaId' as replica_id, data ->> 'image' as image, data ->> 'digest' as digest from events
    where type = 'ImagePulled' and data ->> 'deploymentId' = ${deploymentId} and ${upTo(until)} order by position
  `.execute(db);
  return rows.map(({ replica_id: replicaId, image, digest }) => ({ replicaId, image, digest: digest ?? undefined }));
}

function upTo(position: number | undefined): RawBuilder<unknown> {
  return position === undefined ? sql`true` : sql`position <= ${position}`;
}
