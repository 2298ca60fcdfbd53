import { pause } from '../../clock.ts';
import { sql, type Db } from '../../postgres/database.ts';
import type { WorkerDeps } from '../deps.ts';

/** Between two writes. */
const WRITE_MS = 1_000;
/** Before the first one: whoever has just registered a node wants to see that it is watched. */
const FIRST_MS = 100;

/** Telemetry: which engines have answered a worker. */
export interface Heartbeats {
  /** This node's engine answered just now. */
  readonly answered: (nodeId: string) => void;
  /** Settles when the signal has aborted. */
  readonly done: Promise<void>;
}

/** Writes the answers of all nodes that one life watches together: a commit for each of many nodes is a load on everybody. */
export function writeHeartbeats(
  deps: Pick<WorkerDeps, 'database' | 'membership' | 'clock' | 'log'>,
  signal: AbortSignal,
): Heartbeats {
  /** When each answered since the last write, on the monotonic clock. */
  const answers = new Map<string, number>();
  const run = async (): Promise<void> => {
    for (let wait = FIRST_MS; !signal.aborted;) {
      await pause(deps.clock, wait, signal);
      if (signal.aborted || answers.size === 0) continue;
      const taken = [...answers];
      answers.clear();
      wait = WRITE_MS;
      try {
        await write(deps, taken);
      } catch (error) {
        deps.log.warn('heartbeats of nodes could not be written', { nodes: taken.length, error: String(error) });
      }
    }
  };
  return { answered: (nodeId) => void answers.set(nodeId, performance.now()), done: run() };
}

async function write(
  { database, membership }: Pick<WorkerDeps, 'database' | 'membership'>,
  answers: readonly (readonly [nodeId: string, at: number])[],
): Promise<void> {
  const now = performance.now();
  // In order of their ids: who takes a node over and who lets go of it must not wait for one another in a circle.
  const sorted = answers.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const ids = sorted.map(([nodeId]) => nodeId);
  const ages = sorted.map(([, at]) => (now - at) / 1_000);
  await sql`
    insert into node_heartbeats (node_id, at, worker_id)
    select node_id, now() - make_interval(secs => age), ${membership.present.fence.workerId}
    from unnest(${ids}::text[], ${ages}::float8[]) as answer(node_id, age)
    on conflict (node_id) do update set at = excluded.at, worker_id = excluded.worker_id
  `.execute(database.db);
}

/** When each node's engine last answered. */
export async function heartbeats(db: Db): Promise<ReadonlyMap<string, Date>> {
  const { rows } = await sql<{ node_id: string; at: Date }>`select node_id, at from node_heartbeats`.execute(db);
  return new Map(rows.map(({ node_id, at }) => [node_id, at]));
}
