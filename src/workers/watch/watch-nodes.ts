import { pause } from '../../clock.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { WorkerDeps } from '../deps.ts';
import type { Membership } from '../membership.ts';
import { type Binding, serves } from '../pool/binding.ts';
import { writeHeartbeats, type Heartbeats } from './heartbeat.ts';
import { followResidents, type Residents } from './residents.ts';
import { watchNode } from './watch-node.ts';

/** First key of the advisory locks that watchers of nodes hold; the second is a hash of the node's id. */
export const WATCH_LOCK = 7_312;
const LOOK_MS = 1_000;

interface Watching {
  readonly end: AbortController;
  readonly done: Promise<void>;
}

/**
 * Watches every node of its clusters that nobody else watches, for one life of this worker. The locks belong to the life's connection:
 * when the worker dies they drop, and another worker takes the nodes over within a second.
 */
export async function watchNodes(
  deps: WorkerDeps,
  life: Membership,
  binding: Pick<Binding, 'clusters'>,
): Promise<void> {
  const watching = new Map<string, Watching>();
  const { residents, done: followed } = followResidents(deps, life.ended);
  const heartbeats = writeHeartbeats(deps, life.ended);
  while (!life.ended.aborted) {
    try {
      await look(deps, life, { binding, watching, residents, heartbeats });
    } catch (error) {
      if (!life.ended.aborted) deps.log.warn('nodes could not be read; looking again', { error: String(error) });
    }
    await pause(deps.clock, LOOK_MS, life.ended);
  }
  await Promise.all([followed, heartbeats.done, ...[...watching.values()].map(({ done }) => done)]);
}

interface Look {
  readonly binding: Pick<Binding, 'clusters'>;
  readonly watching: Map<string, Watching>;
  readonly residents: Residents;
  readonly heartbeats: Heartbeats;
}

/** Begins to watch what is unwatched, and leaves off what was removed or went to another cluster. */
async function look(
  deps: WorkerDeps,
  life: Membership,
  { binding, watching, residents, heartbeats }: Look,
): Promise<void> {
  const all = await deps.store.rows<NodeState>('nodes', { removed: 'false' });
  const nodes = all.filter(({ state }) => serves(binding, state.cluster));
  for (const { id, state } of nodes) {
    if (watching.has(id) || !(await tryLock(life, id))) continue;
    const end = new AbortController();
    watching.set(id, {
      end,
      done: watchNode({ deps, node: state, residents, heartbeats }, AbortSignal.any([life.ended, end.signal])),
    });
  }
  const present = new Set(nodes.map(({ id }) => id));
  for (const [id, { end, done }] of watching) {
    if (present.has(id)) continue;
    end.abort();
    await done;
    watching.delete(id);
    await life.query('select pg_advisory_unlock($1, hashtext($2))', [WATCH_LOCK, id]);
  }
}

async function tryLock(life: Membership, nodeId: string): Promise<boolean> {
  const { rows } = await life.query<{ locked: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as locked', [
    WATCH_LOCK,
    nodeId,
  ]);
  return rows[0]?.locked === true;
}
