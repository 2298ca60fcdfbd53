import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { NotFound } from '../../domain/problem.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { streamOf } from '../../domain/stream.ts';
import type { Db } from '../../postgres/database.ts';
import { readCorrelation, readDeployment, readPlanAt } from '../../store/causes.ts';
import type { EventStore, SnapshotReader } from '../../store/event-store.ts';
import { callerOf, type Handlers, type Reply, type RequestContext, type RequestOf } from '../handler.ts';
import { type Sight, sightOf } from '../sight/sight.ts';
import { explainAll, explainWithCauses } from './gather.ts';
import { incidentOf } from './report.ts';
import { standingOf } from './standing.ts';
import { findEvent, findExplained } from './subject.ts';
import { traceOf } from './trace.ts';
import { toSentenceView } from './view.ts';
import { whyNot } from './why-not.ts';

/** Events that a report tells at most. */
const MOST = 2_000;

export interface WhyDeps {
  readonly store: EventStore;
  readonly db: Db;
}

/**
 * Says why things are as they are, from the log alone; and why they are not, from a fresh plan. Each caller is told of what it
 * may see: what led to it and may not be seen is counted and left out.
 */
export function whyService(deps: WhyDeps): Handlers<'why' | 'whyNot' | 'trace' | 'report'> {
  const { store, db } = deps;
  const sight = async (request: RequestContext): Promise<Sight> => sightOf(deps, callerOf(request));
  return {
    async why(request) {
      const seen = await sight(request);
      const { seeds, ...subject } = await findExplained({ store, db, past: request.past }, request.params.id, seen);
      const { sentences, hidden } = await explainWithCauses(db, seeds, seen);
      const standing = subject.kind === 'deployment' ? await readStanding(deps, subject.id, request.past) : undefined;
      const told = { ...(standing && { standing: [...standing] }), ...(hidden > 0 && { hidden }) };
      return { body: { ...subject, sentences: sentences.map(toSentenceView), ...told } };
    },
    async whyNot(request) {
      return { body: await whyNot(store, request.params.id, await sight(request)) };
    },
    async trace(request) {
      const seen = await sight(request);
      const until = request.past?.position;
      const event = await findEvent(db, request.params.eventId, seen, until);
      return { body: await traceOf(db, event, seen, until) };
    },
    report: async (request) => report(db, await sight(request), request),
  };
}

/** How a deployment stands, and why, as of a moment or now. */
async function readStanding(
  { store, db }: WhyDeps,
  id: string,
  past: SnapshotReader | undefined,
): Promise<readonly string[] | undefined> {
  const rows = past ?? store;
  const until = past?.position;
  const row = await rows.row<DeploymentState>('deployments', id);
  if (row === undefined) return undefined;
  const replicas = await rows.rows<ReplicaState>('replicas', { deployment_id: id });
  const stream = streamOf('deployment', id);
  const [saved] = await store.read({
    after: 0,
    limit: 1,
    last: true,
    until,
    stream,
    filter: { types: ['DeploymentSaved'] },
  });
  const planned = await readPlanAt(db, id, until ?? Number.MAX_SAFE_INTEGER);
  return standingOf({ deployment: row.state, replicas: replicas.map(({ state }) => state), saved, planned });
}

async function report(
  db: Db,
  sight: Sight,
  { params: { correlationId: id }, query: { of, since }, past }: RequestOf<'report'>,
): Promise<Reply<'report'>> {
  const from = since === undefined ? undefined : new Date(since);
  const read = of === 'deployment' ? readDeployment(db, id, from, MOST + 1) : readCorrelation(db, id, MOST + 1);
  const until = past?.position ?? Infinity;
  const all = (await read).filter(({ at, position }) => position <= until && (from === undefined || at >= from));
  const seen = sight.seenOf(all.slice(0, MOST));
  if (seen.length === 0) {
    const whose = sight.within === undefined ? '' : ` that ${sight.slug} may see`;
    const when = since === undefined ? '' : ` since ${since}`;
    throw new NotFound(`no event of ${of} ${id}${whose}${when}; see oo events -o wide`);
  }
  const sentences = await explainAll(db, seen);
  return { body: incidentOf(`${of} ${id}`, seen, sentences, all.length > MOST) };
}
