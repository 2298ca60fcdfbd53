import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { Cause } from '../../jobs/catalogue.ts';
import { sql, type Db } from '../../postgres/database.ts';
import type { Leaving } from '../../routing/drained.ts';
import { backendKey } from '../../routing/table.ts';

/** A replica whose container runs on until the routers have let go of it. */
export interface LeavingReplica extends Omit<Leaving, 'waitedMs'> {
  readonly replicaId: string;
  readonly deploymentId: string;
  readonly generation: number;
  readonly nodeId: string;
  /** Of its stream. */
  readonly version: number;
  /** The event that took it out of service. */
  readonly cause: Cause;
}

interface LeavingRow {
  readonly since: string;
  readonly version: number;
  readonly state: ReplicaState;
  readonly eventId: string;
  readonly correlationId: string;
  readonly unreachable: boolean;
}

/** All of them, with whether their nodes can still be reached. */
export async function readLeaving(db: Db): Promise<readonly LeavingReplica[]> {
  const { rows } = await sql<LeavingRow>`
    select r.since, r.version, r.state, e.id as "eventId", e.correlation_id as "correlationId",
      coalesce(n.removed = 'true' or n.state ->> 'liveness' = 'lost', true) as unreachable
    from replicas r
    join events e on e.position = r.since
    left join nodes n on n.id = r.node_id
    where r.state -> 'stopping' ->> 'draining' = 'true'
  `.execute(db);
  return rows.map(({ since, version, state, eventId, correlationId, unreachable }) => {
    const { id: replicaId, deploymentId, generation, nodeId, stopping } = state;
    const drainMs = (stopping?.drainSeconds ?? 0) * 1_000;
    const key = backendKey({ replicaId, generation });
    const cause = { eventId, correlationId };
    return {
      key,
      position: Number(since),
      drainMs,
      unreachable,
      replicaId,
      deploymentId,
      generation,
      nodeId,
      version,
      cause,
    };
  });
}
