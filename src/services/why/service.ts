import { NotFound } from '../../domain/problem.ts';
import type { Db } from '../../postgres/database.ts';
import type { ArchivedPart } from '../../store/archived.ts';
import { readCorrelation, readDeployment } from '../../store/causes.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { Handlers, Reply, RequestOf } from '../handler.ts';
import { archivedOf } from '../history/archived.ts';
import { explainAll, explainWithCauses } from './gather.ts';
import { incidentOf } from './report.ts';
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

/** Says why things are as they are, from the log alone; and why they are not, from a fresh plan. */
export function whyService({ store, db }: WhyDeps): Handlers<'why' | 'whyNot' | 'trace' | 'report'> {
  return {
    async why({ params: { id } }) {
      const { seeds, archived: unseeded, ...subject } = await findExplained(store, db, id);
      const { sentences, archived = unseeded } = await explainWithCauses(db, seeds);
      return { body: { ...subject, sentences: sentences.map(toSentenceView) }, archived };
    },
    async whyNot({ params: { id } }) {
      return { body: await whyNot(store, id) };
    },
    async trace({ params: { eventId } }) {
      const { archived, ...body } = await traceOf(db, await findEvent(store, db, eventId));
      return { body, archived };
    },
    report: (request) => report({ store, db }, request),
  };
}

async function report(
  { store, db }: WhyDeps,
  { params: { correlationId: id }, query: { of, since } }: RequestOf<'report'>,
): Promise<Reply<'report'>> {
  const from = since === undefined ? undefined : new Date(since);
  const read = of === 'deployment' ? readDeployment(db, id, from, MOST + 1) : readCorrelation(db, id, MOST + 1);
  const all = (await read).filter(({ at }) => from === undefined || at >= from);
  const events = all.slice(0, MOST);
  const { sentences, archived: cut } = await explainAll(db, events);
  const archived = of === 'deployment' ? await archivedSince(store, db, { id, from }) : cut;
  if (all.length === 0)
    throw await nothingToReport(store, `${of} ${id}${since === undefined ? '' : ` since ${since}`}`);
  return { body: incidentOf(`${of} ${id}`, events, sentences, { truncated: all.length > MOST, archived }), archived };
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
