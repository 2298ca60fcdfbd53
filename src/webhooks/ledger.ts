import { sql, type Db, type Tx } from '../postgres/database.ts';
import type { Outcome } from './post.ts';

/** Which webhook, and which of its lives. */
export interface Born {
  readonly id: string;
  /** Id of the event that made it. */
  readonly born: string;
}

/** How far a webhook is. Times are milliseconds since the epoch. */
export interface Progress {
  /** The last event that it has taken, or that is none of its own. */
  readonly position: number;
  /** In a row. */
  readonly failures: number;
  readonly failingSince: number | undefined;
  readonly lastError: string | undefined;
  readonly nextAttemptAt: number | undefined;
  readonly deliveredAt: number | undefined;
}

export interface Attempt {
  readonly position: number;
  readonly eventId: string;
  readonly type: string;
  readonly at: Date;
  readonly milliseconds: number;
  readonly status: number | undefined;
  readonly error: string | undefined;
}

/** Attempts of one webhook that are kept. */
export const ATTEMPTS_KEPT = 100;

interface ProgressRow {
  readonly webhook_id: string;
  readonly born: string;
  readonly position: string;
  readonly failures: number;
  readonly failing_since: Date | null;
  readonly last_error: string | null;
  readonly next_attempt_at: Date | null;
  readonly delivered_at: Date | null;
}

/** How far those are that have begun, by `id/born`. */
export async function readProgress(db: Db): Promise<ReadonlyMap<string, Progress>> {
  const { rows } = await sql<ProgressRow>`select * from webhook_deliveries`.execute(db);
  return new Map(
    rows.map((row) => [
      progressKey({ id: row.webhook_id, born: row.born }),
      {
        position: Number(row.position),
        failures: row.failures,
        failingSince: row.failing_since?.getTime(),
        lastError: row.last_error ?? undefined,
        nextAttemptAt: row.next_attempt_at?.getTime(),
        deliveredAt: row.delivered_at?.getTime(),
      },
    ]),
  );
}

export function progressKey({ id, born }: Born): string {
  return `${id}/${born}`;
}

/** The position after which to go on: that of the event that made it when nothing has been sent yet. */
export async function positionOf(db: Db, { id, born }: Born): Promise<number> {
  const { rows } = await sql<{ position: string | null }>`
    select coalesce(
      (select position from webhook_deliveries where webhook_id = ${id} and born = ${born}::uuid),
      (select position from events where id = ${born}::uuid)) as position
  `.execute(db);
  const position = rows[0]?.position ?? null;
  if (position === null) throw new Error(`the log has no event ${born}, which made the webhook ${id}`);
  return Number(position);
}

/** An event and what became of sending it. */
export interface Tried {
  readonly event: { readonly position: number; readonly id: string; readonly type: string };
  readonly at: Date;
  readonly outcome: Outcome;
  /** When it is tried again; absent when it is not. */
  readonly nextAttemptAt?: Date;
}

/**
 * Writes an attempt down; one that was taken moves the position on. It never goes back: a worker that wakes up late has no say.
 */
export async function keepAttempt(db: Db, { id, born }: Born, tried: Tried): Promise<void> {
  const { event, at, outcome, nextAttemptAt } = tried;
  const taken = outcome.kind === 'taken';
  const status = outcome.kind === 'failed' ? null : outcome.status;
  const error = 'error' in outcome ? outcome.error : taken ? null : `HTTP ${outcome.status}`;
  const before = taken ? event.position : 0;
  await sql`
    with kept as (
      insert into webhook_deliveries as mine
        (webhook_id, born, position, attempts, failures, failing_since, last_error, next_attempt_at, delivered_at)
      values (${id}, ${born}::uuid, greatest(${before}::bigint, (select position from events where id = ${born}::uuid)), 1,
              ${taken ? 0 : 1}::int, ${taken ? null : at}::timestamptz, ${error}, ${nextAttemptAt ?? null}::timestamptz,
              ${taken ? at : null}::timestamptz)
      on conflict (webhook_id, born) do update set
        position = greatest(mine.position, ${before}::bigint),
        attempts = mine.attempts + 1,
        failures = case when ${taken} then 0 else mine.failures + 1 end,
        failing_since = case when ${taken} then null else coalesce(mine.failing_since, excluded.failing_since) end,
        last_error = excluded.last_error,
        next_attempt_at = excluded.next_attempt_at,
        delivered_at = coalesce(excluded.delivered_at, mine.delivered_at)
      returning attempts
    ), forgotten as (
      delete from webhook_attempts using kept
      where webhook_id = ${id} and born = ${born}::uuid and number <= kept.attempts - ${ATTEMPTS_KEPT}::int
    )
    insert into webhook_attempts (webhook_id, born, number, position, event_id, type, at, milliseconds, status, error)
    select ${id}, ${born}::uuid, attempts, ${event.position}, ${event.id}::uuid, ${event.type}, ${at}::timestamptz,
           ${outcome.milliseconds}, ${status}::int, ${error}::text
    from kept
  `.execute(db);
}

/** Moves on over events that are none of the webhook's. */
export async function passOver(db: Db, { id, born }: Born, position: number): Promise<void> {
  await sql`
    insert into webhook_deliveries as mine (webhook_id, born, position) values (${id}, ${born}::uuid, ${position})
    on conflict (webhook_id, born) do update set position = greatest(mine.position, excluded.position)
  `.execute(db);
}

/** The last attempts, newest first. */
export async function readAttempts(db: Db, { id, born }: Born, limit: number): Promise<readonly Attempt[]> {
  const { rows } = await sql<{
    readonly position: string;
    readonly event_id: string;
    readonly type: string;
    readonly at: Date;
    readonly milliseconds: number;
    readonly status: number | null;
    readonly error: string | null;
  }>`
    select position, event_id, type, at, milliseconds, status, error from webhook_attempts
    where webhook_id = ${id} and born = ${born}::uuid order by number desc limit ${limit}
  `.execute(db);
  return rows.map(({ position, event_id, status, error, ...row }) => ({
    ...row,
    position: Number(position),
    eventId: event_id,
    status: status ?? undefined,
    error: error ?? undefined,
  }));
}

/** The webhook that is furthest behind, with the last position that it needs no more; undefined where there is none. */
export async function furthestBehind(db: Db): Promise<{ readonly id: string; readonly position: number } | undefined> {
  const { rows } = await sql<{ readonly id: string; readonly position: string }>`
    select webhooks.id, coalesce(delivery.position, event.position - 1) as position
    from webhooks
    left join webhook_deliveries as delivery
      on delivery.webhook_id = webhooks.id and delivery.born = (state ->> 'born')::uuid
    left join events as event on event.id = (state ->> 'born')::uuid
    where removed = 'false' order by 2 limit 1
  `.execute(db);
  return rows[0] && { id: rows[0].id, position: Number(rows[0].position) };
}

/** Forgets how far a webhook was, in the transaction of its removal. */
export async function forgetWebhook(tx: Tx, id: string): Promise<void> {
  await sql`delete from webhook_attempts where webhook_id = ${id}`.execute(tx);
  await sql`delete from webhook_deliveries where webhook_id = ${id}`.execute(tx);
}
