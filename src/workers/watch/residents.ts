import { pause } from '../../clock.ts';
import { evolveReplica, type ReplicaEvent, type ReplicaState } from '../../domain/replica/evolve.ts';
import { ON_NODE, REPLICA_TRANSITIONS } from '../../domain/replica/status.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import type { WorkerDeps } from '../deps.ts';

const AGAIN_MS = 1_000;

/** Called with a replica as it is now, at first and after each of its events. */
export type OnReplica = (replica: ReplicaState) => void;

/** Which replicas are on which node, kept current from the log: one subscription for all nodes that a worker watches. */
export interface Residents {
  /** Tells of each replica on the node until the signal aborts; of one that leaves, once, with the status that it left with. */
  watch(nodeId: string, onReplica: OnReplica, signal: AbortSignal): void;
}

interface Book {
  readonly replicas: Map<string, ReplicaState>;
  readonly watchers: Map<string, Set<OnReplica>>;
}

/** Follows the log until the signal aborts. */
export function followResidents(
  deps: Pick<WorkerDeps, 'store' | 'clock' | 'log'>,
  signal: AbortSignal,
): { readonly residents: Residents; readonly done: Promise<void> } {
  const book: Book = { replicas: new Map(), watchers: new Map() };
  const residents: Residents = {
    watch(nodeId, onReplica, ended) {
      if (ended.aborted) return;
      const watchers = book.watchers.get(nodeId) ?? new Set();
      book.watchers.set(nodeId, watchers.add(onReplica));
      ended.addEventListener('abort', () => watchers.delete(onReplica), { once: true });
      for (const replica of book.replicas.values()) if (replica.nodeId === nodeId) onReplica(replica);
    },
  };
  return { residents, done: follow(deps, book, signal) };
}

async function follow(
  { store, clock, log }: Pick<WorkerDeps, 'store' | 'clock' | 'log'>,
  book: Book,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const { position, rows } = await store.snapshot(async (reader) => ({
        position: reader.position,
        rows: await reader.rows<ReplicaState>('replicas', { present: 'true', status: ON_NODE }),
      }));
      begin(book, new Map(rows.map(({ id, state }) => [id, state])));
      for await (const event of store.subscribe({ from: position, signal })) if (isOfReplica(event)) apply(book, event);
    } catch (error) {
      if (!signal.aborted) log.warn('the log cannot be followed; trying again', { error: String(error) });
    }
    await pause(clock, AGAIN_MS, signal);
  }
}

/** What was known and is not there any more has left. */
function begin(book: Book, present: ReadonlyMap<string, ReplicaState>): void {
  const left = [...book.replicas.values()].filter(({ id }) => !present.has(id));
  book.replicas.clear();
  for (const replica of left) tell(book, { ...replica, status: 'Stopped' });
  for (const [id, replica] of present) {
    book.replicas.set(id, replica);
    tell(book, replica);
  }
}

function apply(book: Book, event: Extract<RecordedEvent, ReplicaEvent>): void {
  const { replicaId } = event.data;
  const next = evolveReplica(book.replicas.get(replicaId), event, event.at.getTime());
  if (next === undefined) return;
  if (ON_NODE.includes(next.status)) book.replicas.set(replicaId, next);
  else book.replicas.delete(replicaId);
  tell(book, next);
}

function tell({ watchers }: Book, replica: ReplicaState): void {
  for (const onReplica of watchers.get(replica.nodeId) ?? []) onReplica(replica);
}

function isOfReplica(event: RecordedEvent): event is Extract<RecordedEvent, ReplicaEvent> {
  return Object.hasOwn(REPLICA_TRANSITIONS, event.type);
}
