import { NotFound } from '../../domain/problem.ts';
import type { Db } from '../../postgres/database.ts';
import { readCorrelation, readDeployment } from '../../store/causes.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { Handlers } from '../handler.ts';
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
      const { seeds, ...subject } = await findExplained(store, db, id);
      const sentences = await explainWithCauses(db, seeds);
      return { body: { ...subject, sentences: sentences.map(toSentenceView) } };
    },
    async whyNot({ params: { id } }) {
      return { body: await whyNot(store, id) };
    },
    async trace({ params: { eventId } }) {
      return { body: await traceOf(db, await findEvent(db, eventId)) };
    },
    async report({ params: { correlationId: id }, query: { of, since } }) {
      const from = since === undefined ? undefined : new Date(since);
      const read = of === 'deployment' ? readDeployment(db, id, from, MOST + 1) : readCorrelation(db, id, MOST + 1);
      const all = (await read).filter(({ at }) => from === undefined || at >= from);
      if (all.length === 0)
        throw new NotFound(
          `no event of ${of} ${id}${since === undefined ? '' : ` since ${since}`}; see oo events -o wide`,
        );
      const events = all.slice(0, MOST);
      const sentences = await explainAll(db, events);
      return { body: incidentOf(`${of} ${id}`, events, sentences, all.length > MOST) };
    },
  };
}
