import { STREAM_KINDS } from '../domain/stream.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { type RawBuilder, sql } from '../postgres/database.ts';
import { inScope, scopeCondition } from './event-scope.ts';
import type { EventFilter } from './event-store.ts';

/**
 * The filter in SQL. Entities and correlations are found by their indexes; types and actors are looked for among the
 * positions that the query has otherwise: an index of theirs would be paid for by every append.
 */
export function conditionOf({ types, actor, correlationId, entity, within }: EventFilter = {}): RawBuilder<unknown> {
  const conditions: RawBuilder<unknown>[] = [sql`true`];
  if (types !== undefined) conditions.push(sql`type ~ ${types.map(patternOf).join('|')}`);
  if (actor !== undefined) conditions.push(sql`actor = ${actor}`);
  if (correlationId !== undefined) conditions.push(sql`correlation_id = ${correlationId}`);
  if (entity !== undefined) {
    conditions.push(sql`position in (
      select position from events where stream = any(${streamsOf(entity)}::text[])
      union select position from events where data ->> 'deploymentId' = ${entity})`);
  }
  if (within !== undefined) conditions.push(scopeCondition(within));
  return sql.join(conditions, sql` and `);
}

/** The filter of an event at hand: says what `conditionOf` says. */
export function passes(event: RecordedEvent, { types, actor, correlationId, entity, within }: EventFilter): boolean {
  if (!inScope(event.stream, within)) return false;
  if (types !== undefined && !types.some((glob) => new RegExp(patternOf(glob)).test(event.type))) return false;
  if (actor !== undefined && event.actor !== actor) return false;
  if (correlationId !== undefined && event.correlationId !== correlationId) return false;
  if (entity === undefined || streamsOf(entity).includes(event.stream)) return true;
  return 'deploymentId' in event.data && event.data.deploymentId === entity;
}

function streamsOf(entity: string): readonly string[] {
  return STREAM_KINDS.map((kind) => `${kind}/${entity}`);
}

/** Types are letters alone: nothing else in a glob but `*` and `?` has a meaning. */
function patternOf(glob: string): string {
  const source = glob
    .replaceAll(/[^A-Za-z*?]/g, '')
    .replaceAll('*', '[A-Za-z]*')
    .replaceAll('?', '[A-Za-z]');
  return `^${source}$`;
}
