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
    async listBuilds({ past }) {
      const rows = await (past ?? store).rows<BuildState>('builds');
      const steps =
        past === undefined
          ? await readSteps(
              db,
              rows.map(({ id }) => id),
            )
          : new Map<string, string>();
      const sorted = rows.toSorted((left, right) => right.state.requestedAt - left.state.requestedAt);
      return { body: { builds: sorted.map(({ id, state }) => toBuildView(state, steps.get(id))) } };
    },
    async showBuild({ params: { id }, past }) {
      const row = await (past ?? store).row<BuildState>('builds', id);
      if (row === undefined) throw new NotFound(`build ${id} does not exist; oo build list shows those that do`);
      // What a build says is no event: of then, only what came of it is known.
      if (past !== undefined) return { body: { build: toBuildView(row.state, undefined), log: [] } };
      const steps = await readSteps(db, [id]);
      return { body: { build: toBuildView(row.state, steps.get(id)), log: [...(await readBuildLog(db, id))] } };
    },
  };
}
