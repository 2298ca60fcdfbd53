import type { Made } from '../../domain/deployment/diff/diff.ts';
import type { Entry } from '../../domain/deployment/history/entry.ts';
import { NotFound } from '../../domain/problem.ts';
import type { Db } from '../../postgres/database.ts';
import { archivedMade, archivedOf } from './archived.ts';
import type { EventStore } from '../../store/event-store.ts';

/** What the history is read from, and what a way back is judged by. */
export interface HistoryPorts {
  readonly store: EventStore;
  readonly db: Db;
  /** Paths of nodes that volumes may mount. */
  readonly allowHostPaths: readonly string[];
}

/** What that revision was made from, also when the events that say it are archived. Throws NotFound. */
export async function madeOf(db: Db, entries: readonly Entry[], id: string, revision: number): Promise<Made> {
  const part = await archivedOf(db, id);
  const made =
    entries.find((entry) => entry.revision === revision)?.made ?? (part && (await archivedMade(db, id, revision)));
  if (made === undefined) throw new NotFound(`${id} has no revision ${revision}; see: oo deployment history ${id}`);
  return made;
}
