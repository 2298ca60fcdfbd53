import type { BuildState } from '../../domain/build/evolve.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import { NotFound } from '../../domain/problem.ts';
import { streamOf } from '../../domain/stream.ts';
import type { Explanation } from '../../api/contract/why.ts';
import type { Db } from '../../postgres/database.ts';
import { readEvent } from '../../store/causes.ts';
import { Archived, type ArchivedPart } from '../../store/archived.ts';
import type { EventStore } from '../../store/event-store.ts';
import { findSubject, noSubject } from '../subject/find.ts';

/** Events of one thing that are explained at most, the last ones. */
const LAST = 60;

/** What is to be explained: the events of it that everything else led to. */
export interface Found extends Pick<Explanation, 'kind' | 'id'> {
  readonly seeds: readonly RecordedEvent[];
  /** Some of its last events are in archives. */
  readonly archived: ArchivedPart | undefined;
}

/** Whatever has the id: a thing of the fleet, a container, a build, an event by its id or position. Throws `Archived`. */
export async function findExplained(store: EventStore, db: Db, id: string): Promise<Found> {
  const event = await readEvent(db, id);
  if (event !== undefined) return { kind: 'event', id: event.id, seeds: [event], archived: undefined };
  await refuseArchivedEvent(store, id);
  const subject = await findSubject(store, id);
  if (subject !== undefined) {
    const { kind, row } = subject;
    const replicaId = kind === 'instance' ? subject.row.state.replicaId : undefined;
    const own = await lastOf(store, streamOf(kind, row.id));
    const of = replicaId === undefined ? [] : await lastOf(store, streamOf('replica', replicaId));
    return found(store, { kind, id: row.id }, [own, of]);
  }
  const build = await store.row<BuildState>('builds', id);
  if (build !== undefined) return found(store, { kind: 'build', id }, [await lastOf(store, streamOf('build', id))]);
  throw await noSubject(store, id, ['deployment', 'replica', 'instance', 'node', 'definition']);
}

/** The event of that id or position. Throws NotFound, and `Archived`. */
export async function findEvent(store: EventStore, db: Db, id: string): Promise<RecordedEvent> {
  const event = await readEvent(db, id);
  if (event !== undefined) return event;
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

async function lastOf(store: EventStore, stream: string): Promise<readonly RecordedEvent[]> {
  return store.read({ after: 0, limit: LAST, last: true, stream });
}
