import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { NotFound } from '../../domain/problem.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { streamOf } from '../../domain/stream.ts';
import type { Db } from '../../postgres/database.ts';
import type { ArchivedPart } from '../../store/archived.ts';
import { readCorrelation, readDeployment, readPlanAt } from '../../store/causes.ts';
import type { EventStore, PastReader } from '../../store/event-store.ts';
import { callerOf, type Handlers, type Reply, type RequestContext, type RequestOf } from '../handler.ts';
import { archivedOf } from '../history/archived.ts';
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
      const found = await findExplained({ store, db, past: request.past }, request.params.id, seen);
      const { seeds, archived: unseeded, ...subject } = found;
      const { sentences, hidden, archived = unseeded } = await explainWithCauses(db, seeds, seen);
      const standing = subject.kind === 'deployment' ? await readStanding(deps, subject.id, request.past) : undefined;
      const told = { ...(standing && { standing: [...standing] }), ...(hidden > 0 && { hidden }) };
      return { body: { ...subject, sentences: sentences.map(toSentenceView), ...told }, archived };
    },
    async whyNot(request) {
      return { body: await whyNot(store, request.params.id, await sight(request)) };
    },
    async trace(request) {
      const seen = await sight(request);
      const until = request.past?.position;
      const event = await findEvent({ store, db, past: request.past }, request.params.eventId, seen);
      const { archived, ...body } = await traceOf(db, event, seen, until);
      return { body, archived };
    },
    report: async (request) => report(deps, await sight(request), request),
  };
}

/** How a deployment stands, and why, as of a moment or now. */
async function readStanding(
  { store, db }: WhyDeps,
  id: string,
  past: PastReader | undefined,
): Promise<readonly string[] | undefined> {
  const rows = past ?? store;
  const until = past?.position;
  const row = await rows.row<DeploymentState>('deployments', id);
  if (row === undefined) return undefined;
  const replicas = await rows.rows<ReplicaState>('replicas', { deployment_id: id, present: 'true' });
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
  { store, db }: WhyDeps,
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
    throw await nothingToReport(store, `${of} ${id}${whose}${since === undefined ? '' : ` since ${since}`}`);
  }
  const { sentences, archived: cut } = await explainAll(db, seen);
  const archived = of === 'deployment' ? await archivedSince(store, db, { id, from }) : cut;
  return { body: incidentOf(`${of} ${id}`, seen, sentences, { truncated: all.length > MOST, archived }), archived };
}

/** What a report on a deployment since that time lacks. */
async function archivedSince(
  store: EventStore,
  db: Db,
  { id, from }: { readonly id: string; readonly from: Date | undefined },
): Promise<ArchivedPart | undefined> {
  const part = await archivedOf(db, id);
  return part !== undefined && from !== undefined && (await store.positionAt(from)) >= part.until ? undefined : part;
}

async function nothingToReport(store: EventStore, what: string): Promise<NotFound> {
  const archived = await store.archived();
  if (archived === undefined) return new NotFound(`no event of ${what}; see oo events -o wide`);
  return new NotFound(
    `no event of ${what} after position ${archived.until}, and those up to there are in archives; ` +
      `to have them back: deploy-svc archive restore DIR`,
  );
}
