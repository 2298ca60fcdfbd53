import { setImmediate as nextTurn } from 'node:timers/promises';

import { v7 as uuidv7 } from 'uuid';

import { sql, type Db, type RawBuilder, type Tx } from '../postgres/database.ts';
import { bareArray, jsonArray, textArray } from './array-literal.ts';
import { bodyStart, canonical, type bodyHashHex } from '../domain/audit/body-hash.ts';
import { Fenced, InvariantViolated, VersionConflict, type Appended, type Command } from './command.ts';
import { HEAD_CHANNEL, kindsOf } from './head-channel.ts';
import type { Projection } from './projection.ts';
import { asQuery, loadRows, type Draft, type RowSet } from './projector.ts';
import { lockStreams } from './stream-heads.ts';
import { schemaVersionOf, type UpcastTable } from './upcast.ts';

/** What happens in the transaction of an append besides rows: jobs. Called with the events in order, under the log's lock. */
export type AppendEffects = (tx: Tx, events: readonly Draft[]) => Promise<void>;

export interface BatchDeps {
  readonly db: Db;
  readonly projections: readonly Projection[];
  readonly effects: AppendEffects;
  readonly now: () => Date;
  readonly upcasts: UpcastTable;
  /** The hash of an event's body, in hexadecimal. */
  readonly hashOf: typeof bodyHashHex;
}

export type Outcome = { readonly appended: Appended } | { readonly refused: Error };

/**
 * Commits several commands in one transaction; each is accepted or refused for itself.
 * Locks, everywhere in this order: workers, idempotency keys, stream heads (new ones, then others, each by name), rows by id,
 * the log's head.
 * No two commands of a batch have the same idempotency key.
 */
export async function commitBatch(deps: BatchDeps, commands: readonly Command[]): Promise<readonly Outcome[]> {
  const at = deps.now();
  const drafts = commands.map((command) => draft(command, at));
  return deps.db.transaction().execute(async (tx) => {
    const outcomes = Array.from<unknown, Outcome | undefined>(commands, () => undefined);
    await refuseFenced(tx, commands, outcomes);
    await answerRepeated(tx, commands, outcomes);
    const drafted = commands
      .map((command, index) => ({ command, index, events: drafts[index] ?? [] }))
      .filter(({ index }) => outcomes[index] === undefined);
    const open = drafted.map(({ command }) => command);
    // What takes this process long is done while the database locks.
    const preparing = nextTurn().then(() => bodiesOf(drafted, at.toISOString(), deps));
    const [heads, bodies] = await both(lockStreams(tx, open), preparing);
    const all = drafted.flatMap(({ events }) => events);
    const rows = await loadRows(tx, deps.projections, all, (stream) => heads.isNew(stream));
    const accepted = drafted.filter(({ command, index, events }) => {
      const refused = tryApply(command, events, heads.versions, rows);
      if (refused !== undefined) outcomes[index] = { refused };
      return refused === undefined;
    });
    const events = accepted.flatMap((entry) => entry.events);
    for (const { command } of accepted) await command.effect?.(tx);
    await heads.write(tx);
    if (events.length > 0) await store(tx, deps, { events, bodies }, rows);
    for (const { index, events: own } of accepted) outcomes[index] = { appended: appendedOf(own) };
    await settleKeys(tx, commands, outcomes);
    return outcomes.map(
      (outcome) => outcome ?? { refused: new Error('a command of the batch was left without an outcome') },
    );
  });
}

/** Both, or the error of one of them, when both have ended: nothing may be asked in a transaction that is over. */
async function both<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<readonly [One, Other]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}

async function refuseFenced(tx: Tx, commands: readonly Command[], outcomes: (Outcome | undefined)[]): Promise<void> {
  const ids = [...new Set(commands.flatMap(({ fence }) => (fence === undefined ? [] : [fence.workerId])))].sort();
  if (ids.length === 0) return;
  const { rows } = await sql<{ id: string }>`
    select id from workers where id = any(${ids}) order by id for key share
  `.execute(tx);
  const alive = new Set(rows.map(({ id }) => id));
  for (const [index, { fence }] of commands.entries()) {
    if (fence !== undefined && !alive.has(fence.workerId)) outcomes[index] = { refused: new Fenced(fence.workerId) };
  }
}

async function answerRepeated(tx: Tx, commands: readonly Command[], outcomes: (Outcome | undefined)[]): Promise<void> {
  const keys = commands.flatMap(({ idempotencyKey }, index) =>
    idempotencyKey === undefined || outcomes[index] !== undefined ? [] : [idempotencyKey],
  );
  if (keys.length === 0) return;
  // A key that another transaction is about to commit makes this wait; the second statement then sees it.
  const fresh = await sql<{ key: string }>`
    insert into commands (key, first, last) select k, 0, 0 from unnest(${keys.toSorted()}::text[]) k
    on conflict (key) do nothing returning key
  `.execute(tx);
  const mine = new Set(fresh.rows.map(({ key }) => key));
  const others = keys.filter((key) => !mine.has(key));
  if (others.length === 0) return;
  const { rows } = await sql<{ key: string; first: string; last: string }>`
    select key, first, last from commands where key = any(${others})
  `.execute(tx);
  const before = new Map(rows.map(({ key, first, last }) => [key, { first: Number(first), last: Number(last) }]));
  for (const [index, { idempotencyKey }] of commands.entries()) {
    const places = before.get(idempotencyKey ?? '');
    if (places !== undefined) outcomes[index] = { appended: { ...places, events: [], repeated: true } };
  }
}

/** A command of a batch, by its place, and its events. */
interface Drafted {
  readonly command: Command;
  readonly index: number;
  readonly events: Draft[];
}

/** The events of a command, with the versions that they will have if its expectations hold. */
function draft({ appends, context }: Command, at: Date): Draft[] {
  return appends.flatMap(({ stream, expectedVersion, events }) =>
    events.map((event, index) => ({
      ...event,
      ...context,
      id: uuidv7(),
      stream,
      version: expectedVersion === 'any' ? UNKNOWN : expectedVersion + index + 1,
      position: 0,
      at,
    })),
  );
}

/** In the place of a version: it is what it is once the stream is locked. */
const UNKNOWN = 0;

/** An event as it is stored and hashed. */
interface Body {
  readonly schemaVersion: number;
  /** How all bodies of its command begin. */
  readonly start: string;
  /** Canonical JSON. */
  readonly data: string;
  /** When it happened. */
  readonly time: string;
  /** The version that the hash is over. */
  readonly version: number;
  readonly hash: string;
}

type Bodies = ReadonlyMap<Draft, Body>;

function bodiesOf(drafted: readonly Drafted[], time: string, { upcasts, hashOf }: BatchDeps): Bodies {
  return new Map(
    drafted.flatMap(({ command: { context }, events }) => {
      const start = bodyStart(context, time);
      return events.map((event): [Draft, Body] => {
        const schemaVersion = schemaVersionOf(event.type, upcasts);
        const body = { schemaVersion, start, data: canonical(event.data), time, version: event.version, hash: '' };
        // One that follows on whatever there is has its version later.
        return [event, event.version === UNKNOWN ? body : hashed(event, body, hashOf)];
      });
    }),
  );
}

function hashed(event: Draft, body: Body, hashOf: BatchDeps['hashOf']): Body {
  const { schemaVersion, start, data } = body;
  const hash = hashOf(start, data, { ...event, schemaVersion });
  return { ...body, version: event.version, hash };
}

/** The bodies of the events in their final versions. */
function settledBodies(
  events: readonly Draft[],
  { bodies, hashOf }: Pick<Accepted, 'bodies'> & Pick<BatchDeps, 'hashOf'>,
): readonly Body[] {
  return events.map((event) => {
    const body = bodies.get(event);
    if (body === undefined) throw new Error(`${event.type} of ${event.stream} was not prepared`);
    return body.version === event.version ? body : hashed(event, body, hashOf);
  });
}

/** Gives the events their versions and folds them into the rows, or says why not. */
function tryApply(
  { appends }: Command,
  events: readonly Draft[],
  heads: Map<string, number>,
  rows: RowSet,
): Error | undefined {
  const before = new Map<string, number>();
  for (const { stream, expectedVersion } of appends) {
    const actual = heads.get(stream) ?? 0;
    before.set(stream, actual);
    if (expectedVersion !== 'any' && expectedVersion !== actual)
      return new VersionConflict(stream, expectedVersion, actual);
  }
  for (const event of events) {
    const version = (heads.get(event.stream) ?? 0) + 1;
    heads.set(event.stream, version);
    event.version = version;
  }
  try {
    rows.apply(events);
    return undefined;
  } catch (error) {
    if (!(error instanceof InvariantViolated)) throw error;
    for (const [stream, version] of before) heads.set(stream, version);
    return error;
  }
}

interface Accepted {
  readonly events: Draft[];
  readonly bodies: Bodies;
}

async function store(tx: Tx, deps: BatchDeps, { events, bodies }: Accepted, rows: RowSet): Promise<void> {
  for (const [index, event] of events.entries()) event.position = -1 - index;
  const first = await appendEvents(tx, events, settledBodies(events, { bodies, hashOf: deps.hashOf }), rows.writes());
  for (const [index, event] of events.entries()) event.position = first + index;
  await deps.effects(tx, events);
}

/**
 * Stores the events, all of one time, and what follows from them, and returns the position of the first. It is one
 * statement: from here to the commit every other append waits for the log's head, so nothing may wait for this process.
 */
async function appendEvents(
  tx: Tx,
  events: readonly Draft[],
  bodies: readonly Body[],
  writes: readonly RawBuilder<unknown>[],
): Promise<number> {
  const last = events.length - 1;
  const { rows } = await sql<{ first: string }>`
    with ${sql.join([sql`appended as (${insertEvents(events, bodies)})`, ...writes.map(asQuery)])}
    select first, pg_notify(${HEAD_CHANNEL}, (first + ${last})::text || ' ' || ${kindsOf(events)}::text) from appended
  `.execute(tx);
  return Number(rows[0]?.first);
}

function insertEvents(events: readonly Draft[], bodies: readonly Body[]): RawBuilder<unknown> {
  const at = bodies[0]?.time ?? '';
  return sql`
    select append_events(
      ${bareArray(events.map(({ id }) => id))}::uuid[], ${textArray(events.map(({ stream }) => stream))}::text[],
      ${bareArray(events.map(({ version }) => version))}::int[], ${textArray(events.map(({ type }) => type))}::text[],
      ${bareArray(bodies.map(({ schemaVersion }) => schemaVersion))}::int[],
      ${jsonArray(
        'json',
        bodies.map(({ data }) => data),
      )}::json[],
      ${textArray(events.map(({ actor }) => actor))}::text[],
      ${textArray(events.map(({ correlationId }) => correlationId))}::text[],
      ${textArray(events.map(({ causationId }) => causationId))}::text[],
      array_fill(${at}::timestamptz, array[${events.length}::int]),
      ${Buffer.from(bodies.map(({ hash }) => hash).join(''), 'hex')}::bytea) as first`;
}

function appendedOf(events: readonly Draft[]): Appended {
  return { first: events[0]?.position ?? 0, last: events.at(-1)?.position ?? 0, events, repeated: false };
}

/** Keys of accepted commands learn their positions; those of refused ones are free again. */
async function settleKeys(
  tx: Tx,
  commands: readonly Command[],
  outcomes: readonly (Outcome | undefined)[],
): Promise<void> {
  const keyed = commands.flatMap(({ idempotencyKey: key }, index) => {
    const outcome = outcomes[index];
    if (key === undefined || outcome === undefined || ('appended' in outcome && outcome.appended.repeated)) return [];
    return [{ key, appended: 'appended' in outcome ? outcome.appended : undefined }];
  });
  const freed = keyed.filter(({ appended }) => appended === undefined).map(({ key }) => key);
  if (freed.length > 0) await sql`delete from commands where key = any(${freed}) and first = 0`.execute(tx);
  const kept = keyed.flatMap(({ key, appended }) => (appended === undefined ? [] : [{ key, ...appended }]));
  if (kept.length === 0) return;
  await sql`
    update commands set first = u.first, last = u.last
    from unnest(${kept.map(({ key }) => key)}::text[], ${kept.map(({ first }) => first)}::bigint[],
                ${kept.map(({ last }) => last)}::bigint[]) as u(key, first, last)
    where commands.key = u.key
  `.execute(tx);
}
