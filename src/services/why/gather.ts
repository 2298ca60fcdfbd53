import type { RecordedEvent } from '../../domain/event.ts';
import { explain } from '../../domain/explain/explain.ts';
import type { Sentence } from '../../domain/explain/sentence.ts';
import type { Db } from '../../postgres/database.ts';
import { archivedCauses, archivedPart, type ArchivedPart } from '../../store/archived.ts';
import { readPlanAt, readPrevious, readRevision, readWithCauses } from '../../store/causes.ts';
import type { Sight } from '../sight/sight.ts';

/** Sentences, and what of the events that they would need is in archives. */
export interface Explained {
  readonly sentences: readonly Sentence[];
  readonly archived: ArchivedPart | undefined;
}

/** What is told, and how many events are not: the reader may not see them. */
export interface Told extends Explained {
  readonly hidden: number;
}

/** These events and all that led to them as sentences, in the order of the log; each decision with the plan that it is part of. */
export async function explainWithCauses(db: Db, seeds: readonly RecordedEvent[], sight: Sight): Promise<Told> {
  const revisions = await revisionsOf(db, seeds);
  const led = await readWithCauses(
    db,
    [...seeds, ...revisions].map(({ id }) => id),
  );
  const plans = await plansOf(db, led);
  const seen = sight.seenOf([...led, ...plans]);
  return { ...(await explainAll(db, seen)), hidden: led.length + plans.length - seen.length };
}

/** Events as sentences, with what was before each where that is worth a word. */
export async function explainAll(db: Db, events: readonly RecordedEvent[]): Promise<Explained> {
  const ordered = [...new Map(events.map((event) => [event.position, event])).values()].toSorted(
    (left, right) => left.position - right.position,
  );
  const before = new Map<string, RecordedEvent>();
  const sentences: Sentence[] = [];
  let lacking = false;
  for (const event of ordered) {
    const last = before.get(event.stream);
    const sinceMs = last?.version === event.version - 1 ? event.at.getTime() - last.at.getTime() : undefined;
    const previous = await previousOf(db, event);
    lacking ||= event.type === 'DeploymentSaved' && event.version > 1 && previous === undefined;
    sentences.push(explain(event, { sinceMs, previous }));
    before.set(event.stream, event);
  }
  const archived = lacking || lacksPlan(ordered) ? await archivedPart(db) : await archivedCauses(db, ordered);
  return { sentences, archived };
}

/** A decision about a replica without any plan before it: the two were appended together, and a file may end between them. */
function lacksPlan(events: readonly RecordedEvent[]): boolean {
  const first = events.find(({ type }) => type === 'DeploymentPlanned' || type === 'ReplicaScheduled');
  return first?.type === 'ReplicaScheduled';
}

/** What was saved and run before: of these two types alone does a sentence tell what has changed. */
async function previousOf(db: Db, event: RecordedEvent): Promise<RecordedEvent | undefined> {
  return event.type === 'DeploymentSaved' || event.type === 'RevisionCreated' ? readPrevious(db, event) : undefined;
}

/** A container that died began a story of its own: its revision leads back to who asked for it. */
async function revisionsOf(db: Db, seeds: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]> {
  const wanted = new Map<string, readonly [string, number, number]>();
  for (const event of seeds) {
    if (event.type !== 'ReplicaScheduled') continue;
    const { deploymentId, revision } = event.data;
    wanted.set(`${deploymentId}/${revision}`, [deploymentId, revision, event.position]);
  }
  const found = await Promise.all([...wanted.values()].map((each) => readRevision(db, ...each)));
  return found.filter((event) => event !== undefined);
}

/** Of every decision about a replica the plan that it was taken in: the two were appended together. */
async function plansOf(db: Db, events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]> {
  const wanted = new Map<string, readonly [string, number]>();
  for (const event of events) {
    if (event.type !== 'ReplicaScheduled' && event.type !== 'ReplicaStopping' && event.type !== 'RevisionCreated')
      continue;
    // Those of one plan have one cause and one time.
    const { deploymentId } = event.data;
    wanted.set(`${deploymentId}/${event.causationId}/${event.at.getTime()}`, [deploymentId, event.position]);
  }
  const found = await Promise.all([...wanted.values()].map(([id, position]) => readPlanAt(db, id, position)));
  return found.filter((event) => event !== undefined);
}
