import { sql } from '../../postgres/database.ts';
import type { WorkerDeps } from '../deps.ts';
import type { Membership } from '../membership.ts';
import { WATCH_LOCK } from '../watch/watch-nodes.ts';

/** A ready replica of a deployment that scales itself, and the state of affairs that it is measured under. */
export interface SampledReplica {
  readonly replicaId: string;
  readonly deploymentId: string;
  readonly containerId: string;
  readonly nodeId: string;
  readonly nodeUrl: string;
  /** Position of the replica's last event. */
  readonly since: number;
  /** Steps of the deployment's count so far. */
  readonly steps: number;
}

/**
 * Those on the nodes that this life watches: the lock on a node says who measures there. When no deployment scales
 * itself this is one look at an empty index.
 */
export async function sampledReplicas(
  { database }: Pick<WorkerDeps, 'database'>,
  life: Membership,
): Promise<readonly SampledReplica[]> {
  const { rows } = await sql<Omit<SampledReplica, 'since'> & { since: string; lock: string }>`
    select r.id as "replicaId", r.deployment_id as "deploymentId", r.state ->> 'containerId' as "containerId",
           r.node_id as "nodeId", n.url as "nodeUrl", r.since, hashtext(r.node_id)::oid::bigint as lock,
           coalesce((d.state -> 'scaled' ->> 'steps')::int, 0) as steps
    from deployments d
    join replicas r on r.deployment_id = d.id and r.present = 'true' and r.status = 'Ready'
    join nodes n on n.id = r.node_id and n.state ->> 'liveness' <> 'lost'
    where (d.state -> 'spec') ? 'autoScaling' and d.phase = 'live'
    order by r.id
  `.execute(database.db);
  if (rows.length === 0) return [];
  const held = await locksHeld(life);
  return rows.filter(({ lock }) => held.has(lock)).map(({ since, ...row }) => ({ ...row, since: Number(since) }));
}

async function locksHeld(life: Membership): Promise<ReadonlySet<string>> {
  const { rows } = await life.query<{ lock: string }>(
    `select objid::bigint as lock from pg_locks
     where locktype = 'advisory' and granted and objsubid = 2 and classid = $1 and pid = pg_backend_pid()`,
    [WATCH_LOCK],
  );
  return new Set(rows.map(({ lock }) => lock));
}
