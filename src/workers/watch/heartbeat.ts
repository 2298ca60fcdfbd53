import { sql, type Db } from '../../postgres/database.ts';
import type { WorkerDeps } from '../deps.ts';

/** Telemetry: this node's engine answered just now. */
export async function heartbeat({ database, membership }: WorkerDeps, nodeId: string): Promise<void> {
  await sql`
    insert into node_heartbeats (node_id, at, worker_id) values (${nodeId}, now(), ${membership.present.fence.workerId})
    on conflict (node_id) do update set at = excluded.at, worker_id = excluded.worker_id
  `.execute(database.db);
}

/** When each node's engine last answered. */
export async function heartbeats(db: Db): Promise<ReadonlyMap<string, Date>> {
  const { rows } = await sql<{ node_id: string; at: Date }>`select node_id, at from node_heartbeats`.execute(db);
  return new Map(rows.map(({ node_id, at }) => [node_id, at]));
}
