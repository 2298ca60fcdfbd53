import { expect } from 'vitest';

import type { RecordedEvent } from '../../src/domain/event.ts';
import type { Db } from '../../src/postgres/database.ts';
import { readRowsAt } from '../../src/store/as-of.ts';
import type { Projection, ProjectionName } from '../../src/store/projection.ts';
import { readEvents } from '../../src/store/read.ts';
import { UPCASTS } from '../../src/store/upcast.ts';

type Rows = Readonly<Record<string, unknown>>;

/** What each projection's rows are after these events, folded from nothing. */
export function folded(
  projections: readonly Projection[],
  events: readonly RecordedEvent[],
): Map<ProjectionName, Rows> {
  return new Map(
    projections.map((projection) => {
      const states = new Map<string, unknown>();
      for (const event of events) {
        const key = projection.keyOf(event);
        if (key === undefined) continue;
        const next = projection.evolve(states.get(key), event);
        if (next !== undefined) states.set(key, next);
      }
      return [projection.name, Object.fromEntries(states)];
    }),
  );
}

/** Holds every list of the product as of these positions against a replay up to there. */
export async function expectPastAsReplayed(
  db: Db,
  projections: readonly Projection[],
  positions: readonly number[],
): Promise<void> {
  const events = await readEvents(db, { after: 0, limit: 100_000 }, UPCASTS);
  for (const position of positions) {
    const until = events.filter((event) => event.position <= position);
    for (const [name, rows] of folded(projections, until)) {
      const read = await readRowsAt(db, name, position);
      // What is stored is JSON: fields that are undefined are not there.
      const states: unknown = JSON.parse(JSON.stringify(rows));
      expect(Object.fromEntries(read.map(({ id, state }) => [id, state])), `${name} as of ${position}`).toEqual(states);
      expect(read.map(({ id }) => id)).toEqual([...new Set(read.map(({ id }) => id))]);
    }
  }
}

/** The first, the last, and some in between. */
export function somePositions(head: number, count: number): readonly number[] {
  const spread = Array.from({ length: count }, (_, n) => Math.round((head * n) / Math.max(1, count - 1)));
  return [...new Set([...spread, Math.max(0, head - 1)])];
}
