import type { BuildState } from '../../domain/build/evolve.ts';
import { NotFound } from '../../domain/problem.ts';
import type { Db } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import { readBuildLog, readSteps } from '../../workers/build/build-log.ts';
import type { Handlers } from '../handler.ts';
import { toBuildView } from './view.ts';

/** What is made from repositories, and what was said on the way. */
export function buildService(store: EventStore, db: Db): Handlers<'listBuilds' | 'showBuild'> {
  return {
    async listBuilds() {
      const rows = await store.rows<BuildState>('builds');
      const steps = await readSteps(
        db,
        rows.map(({ id }) => id),
      );
      const sorted = rows.toSorted((left, right) => right.state.requestedAt - left.state.requestedAt);
      return { body: { builds: sorted.map(({ id, state }) => toBuildView(state, steps.get(id))) } };
    },
    async showBuild({ params: { id } }) {
      const row = await store.row<BuildState>('builds', id);
      if (row === undefined) throw new NotFound(`build ${id} does not exist; oo build list shows those that do`);
      const steps = await readSteps(db, [id]);
      return { body: { build: toBuildView(row.state, steps.get(id)), log: [...(await readBuildLog(db, id))] } };
    },
  };
}
