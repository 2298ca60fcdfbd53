import type { BuildState } from '../../domain/build/evolve.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import { NotFound } from '../../domain/problem.ts';
import { streamOf } from '../../domain/stream.ts';
import type { Explanation } from '../../api/contract/why.ts';
import type { Db } from '../../postgres/database.ts';
import { readEvent } from '../../store/causes.ts';
import { Archived, type ArchivedPart } from '../../store/archived.ts';
import type { EventStore, PastReader } from '../../store/event-store.ts';
import { Refusal } from '../refusal.ts';
import { AUDITOR } from '../sight/rules.ts';
import type { Sight } from '../sight/sight.ts';
import { findSubject, noSubjectFor } from '../subject/find.ts';

/** Events of one thing that are explained at most, the last ones. */
const LAST = 60;

/** What is to be explained: the events of it that everything else led to. */
export interface Found extends Pick<Explanation, 'kind' | 'id'> {
  readonly seeds: readonly RecordedEvent[];
  /** Some of its last events are in archives. */
  readonly archived: ArchivedPart | undefined;
}

/** What is explained, and as of when. */
export interface Explaining {
  readonly store: EventStore;
  readonly db: Db;
  readonly past: PastReader | undefined;
}

/** Whatever has the id and is seen: a thing of the fleet, a container, a build, an event by its id or position. Throws `Archived`. */
export async function findExplained({ store, db, past }: Explaining, id: string, sight: Sight): Promise<Found> {
  const rows = past ?? store;
  const until = past?.position;
  const event = await readEvent(db, id);
  if (event !== undefined && event.position <= (until ?? Infinity)) {
    return { kind: 'event', id: event.id, seeds: [seen(event, sight)], archived: undefined };
  }
  await refuseArchivedEvent(store, id);
  const subject = await findSubject(rows, id, sight.sees);
  if (subject !== undefined) {
    const { kind, row } = subject;
    const replicaId = kind === 'instance' ? subject.row.state.replicaId : undefined;
    const own = await lastOf(store, streamOf(kind, row.id), until);
    const of = replicaId === undefined ? [] : await lastOf(store, streamOf('replica', replicaId), until);
    return found(store, { kind, id: row.id }, [own, of]);
  }
  const build = await rows.row<BuildState>('builds', id);
  if (build !== undefined && sight.sees('build', id))
    return found(store, { kind: 'build', id }, [await lastOf(store, streamOf('build', id), until)]);
  throw await noSubjectFor(rows, id, ['deployment', 'replica', 'instance', 'node', 'definition'], sight);
}

/** The event of that id or position, if it had happened by then. Throws NotFound, `Archived`, and Refusal 401 for one that is not seen. */
export async function findEvent({ store, db, past }: Explaining, id: string, sight: Sight): Promise<RecordedEvent> {
  const event = await readEvent(db, id);
  if (event !== undefined && event.position <= (past?.position ?? Infinity)) return seen(event, sight);
  await refuseArchivedEvent(store, id);
  const archived = await store.archived();
  const among = archived === undefined ? '' : ` after position ${archived.until}, up to which the log is in archives`;
  throw new NotFound(`there is no event ${id}${among}; see oo events -o wide for ids and positions`);
}

async function refuseArchivedEvent(store: EventStore, id: string): Promise<void> {
  const position = /^\d{1,15}$/.test(id) ? Number(id) : 0;
  const archived = position === 0 ? undefined : await store.archived(position);
  if (archived !== undefined && position <= archived.until) throw new Archived(position, archived);
}

/** What there is of streams that an explanation begins with. Throws `Archived` where there is nothing any more. */
async function found(
  store: EventStore,
  subject: Pick<Found, 'kind' | 'id'>,
  streams: readonly (readonly RecordedEvent[])[],
): Promise<Found> {
  const seeds = streams.flat();
  const archived = await store.archived();
  if (archived !== undefined && seeds.length === 0)
    throw new Archived(archived.until, archived, `all that the log says of ${subject.kind} ${subject.id}`);
  const whole = streams.every((events) => events.length === LAST || events[0]?.version === 1);
  return { ...subject, seeds, archived: whole ? undefined : archived };
}

function seen(event: RecordedEvent, { seenOf, slug }: Sight): RecordedEvent {
  if (seenOf([event]).length > 0) return event;
  throw new Refusal(401, `Unauthorized: ${slug} may not see event ${event.position}; the whole log needs ${AUDITOR}`);
}

async function lastOf(store: EventStore, stream: string, until: number | undefined): Promise<readonly RecordedEvent[]> {
  return store.read({ after: 0, limit: LAST, last: true, stream, until });
}
