import { sql, type Tx } from '../postgres/database.ts';
import { bareArray, textArray } from './array-literal.ts';
import type { Command } from './command.ts';

/** The locked heads of a batch's streams. */
export interface StreamHeads {
  /** Version by stream, before the batch; the batch moves it on. */
  readonly versions: Map<string, number>;
  /** True when this transaction created the stream. */
  isNew(stream: string): boolean;
  /** Brings the table in line with `versions`. */
  write(tx: Tx): Promise<void>;
}

/**
 * Locks the heads, and creates those that are missing. Streams that may be new are inserted before the others are
 * locked; both in the order of their names. Who waits for an insert holds inserts of smaller names alone, and who
 * waits for a row is past all inserts, so no circle can close.
 */
export async function lockStreams(tx: Tx, commands: readonly Command[]): Promise<StreamHeads> {
  const wanted = streamsOf(commands);
  const names = [...wanted.keys()].sort();
  const created = new Set(
    await create(
      tx,
      names.flatMap((name) => wanted.get(name) ?? []).filter(({ mayBeNew }) => mayBeNew),
    ),
  );
  const found = await lock(
    tx,
    names.filter((name) => !created.has(name)),
  );
  const stored = new Map(
    names.map((name) => [name, created.has(name) ? (wanted.get(name)?.events ?? 0) : (found.get(name) ?? 0)]),
  );
  const versions = new Map(names.map((name) => [name, found.get(name) ?? 0]));
  return {
    versions,
    isNew: (stream) => created.has(stream),
    write: (writer) =>
      move(
        writer,
        [...versions].filter(([stream, version]) => stored.get(stream) !== version),
      ),
  };
}

interface Wanted {
  readonly stream: string;
  /** Events that the whole batch has for it. */
  events: number;
  /** False when every command that appends to it has seen it. */
  mayBeNew: boolean;
}

function streamsOf(commands: readonly Command[]): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const { stream, expectedVersion, events } of commands.flatMap(({ appends }) => appends)) {
    const entry = wanted.get(stream) ?? { stream, events: 0, mayBeNew: false };
    entry.events += events.length;
    entry.mayBeNew ||= expectedVersion === 0 || expectedVersion === 'any';
    wanted.set(stream, entry);
  }
  return wanted;
}

/** New heads get the version that they will have if no command is refused: then they need no second write. */
async function create(tx: Tx, streams: readonly Wanted[]): Promise<readonly string[]> {
  if (streams.length === 0) return [];
  const { rows } = await sql<{ stream: string }>`
    insert into streams (stream, version)
    select * from unnest(${textArray(streams.map(({ stream }) => stream))}::text[],
                         ${bareArray(streams.map(({ events }) => events))}::int[])
    on conflict (stream) do nothing returning stream
  `.execute(tx);
  return rows.map(({ stream }) => stream);
}

async function lock(tx: Tx, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (names.length === 0) return new Map();
  const { rows } = await sql<{ stream: string; version: number }>`
    select stream, version from streams where stream = any(${textArray(names)}::text[]) order by stream for update
  `.execute(tx);
  return new Map(rows.map(({ stream, version }) => [stream, version]));
}

/** By upsert, though all rows exist: it goes by the key, where an UPDATE joined to a list may read the whole table. */
async function move(tx: Tx, heads: readonly (readonly [string, number])[]): Promise<void> {
  if (heads.length === 0) return;
  await sql`
    insert into streams (stream, version)
    select * from unnest(${textArray(heads.map(([stream]) => stream))}::text[],
                         ${bareArray(heads.map(([, version]) => version))}::int[])
    on conflict (stream) do update set version = excluded.version
  `.execute(tx);
}
