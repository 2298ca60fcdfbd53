import { sql, type Db, type RawBuilder } from '../postgres/database.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { EVENT_COLUMNS, toRecorded, type EventRow } from './recorded.ts';
import { UPCASTS } from './upcast.ts';

/** Links that are followed back at most: as many as a rollout of so many replicas, one by one, has. */
const DEEPEST = 500;

/** The event of that id or at that position. */
export async function readEvent(db: Db, idOrPosition: string): Promise<RecordedEvent | undefined> {
  if (/^\d{1,15}$/.test(idOrPosition)) return (await select(db, sql`position = ${idOrPosition}::bigint`, 1))[0];
  if (!UUID.test(idOrPosition)) return undefined;
  return (await select(db, sql`id = ${idOrPosition}::uuid`, 1))[0];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** These events and all that led to them, in order. One look-up by id for each link, however long the log is. */
export async function readWithCauses(db: Db, ids: readonly string[]): Promise<readonly RecordedEvent[]> {
  const columns = EVENT_COLUMNS.replaceAll(/(\w+)/g, 'events.$1');
  const { rows } = await sql<EventRow>`
    with recursive led(event_id, depth) as (
      select unnest(${ids}::uuid[]), 1
      union
      select events.causation_id::uuid, led.depth + 1 from led join events on events.id = led.event_id
      where events.causation_id is not null and led.depth < ${DEEPEST}::int
    )
    select ${sql.raw(columns)} from events where id in (select event_id from led) order by position
  `.execute(db);
  return rows.map((row) => toRecorded(row, UPCASTS));
}

/** The first events of a correlation, in order. */
export async function readCorrelation(db: Db, correlationId: string, limit: number): Promise<readonly RecordedEvent[]> {
  return select(db, sql`correlation_id = ${correlationId}`, limit);
}

/** The first events of a deployment, its replicas and instances from a time on, in order. */
export async function readDeployment(
  db: Db,
  deploymentId: string,
  since: Date | undefined,
  limit: number,
): Promise<readonly RecordedEvent[]> {
  const from = since === undefined ? sql`true` : sql`position > position_at(${since}) - 1 and at >= ${since}`;
  return select(db, sql`data ->> 'deploymentId' = ${deploymentId} and ${from}`, limit);
}

/** The last plan of a deployment at or before a position: what is scheduled then was decided by it. */
export async function readPlanAt(db: Db, deploymentId: string, position: number): Promise<RecordedEvent | undefined> {
  return latest(
    db,
    sql`data ->> 'deploymentId' = ${deploymentId} and type = 'DeploymentPlanned' and position <= ${position}`,
    sql`position`,
  );
}

/** The creation of a deployment's revision, the last one before a position: a deployment that was removed and saved again counts anew. */
export async function readRevision(
  db: Db,
  deploymentId: string,
  revision: number,
  before: number,
): Promise<RecordedEvent | undefined> {
  const stream = `deployment/${deploymentId}`;
  return latest(
    db,
    sql`stream = ${stream} and type = 'RevisionCreated' and (data ->> 'revision')::int = ${revision}
      and position < ${before}`,
    sql`version`,
  );
}

/** The event of the same type before it in its stream. */
export async function readPrevious(db: Db, event: RecordedEvent): Promise<RecordedEvent | undefined> {
  const { stream, version, type } = event;
  return latest(db, sql`stream = ${stream} and version < ${version} and type = ${type}`, sql`version`);
}

async function select(db: Db, where: RawBuilder<unknown>, limit: number): Promise<readonly RecordedEvent[]> {
  const { rows } = await sql<EventRow>`
    select ${sql.raw(EVENT_COLUMNS)} from events where ${where} order by position limit ${limit}
  `.execute(db);
  return rows.map((row) => toRecorded(row, UPCASTS));
}

async function latest(
  db: Db,
  where: RawBuilder<unknown>,
  order: RawBuilder<unknown>,
): Promise<RecordedEvent | undefined> {
  const { rows } = await sql<EventRow>`
    select ${sql.raw(EVENT_COLUMNS)} from events where ${where} order by ${order} desc limit 1
  `.execute(db);
  return rows.map((row) => toRecorded(row, UPCASTS))[0];
}
