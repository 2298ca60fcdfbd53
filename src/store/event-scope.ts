import type { StreamKind } from '../domain/stream.ts';
import { type RawBuilder, sql } from '../postgres/database.ts';

/** A part of the log: all streams of some kinds, and single ones. */
export interface EventScope {
  readonly kinds: readonly StreamKind[];
  readonly streams: ReadonlySet<string>;
}

/** Streams of these kinds are most of any log. */
const BULK: readonly StreamKind[] = ['deployment', 'replica'];

/**
 * The scope in SQL. What holds most of the log is met by walking through it; anything less by its streams, so that who may
 * see little does not pay, and does not make the database pay, for all the rest.
 */
export function scopeCondition({ kinds, streams }: EventScope): RawBuilder<unknown> {
  const wanted = sql`(split_part(stream, '/', 1) = any(${kinds}::text[]) or stream = any(${[...streams]}::text[]))`;
  if (kinds.some((kind) => BULK.includes(kind))) return wanted;
  return sql`position in (select position from events where stream in (select stream from streams where ${wanted}))`;
}

/** The same of a stream at hand; without a scope everything is in it. */
export function inScope(stream: string, scope: EventScope | undefined): boolean {
  if (scope === undefined || scope.streams.has(stream)) return true;
  return scope.kinds.some((kind) => stream.startsWith(`${kind}/`));
}
