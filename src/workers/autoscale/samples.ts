import type { Quantities } from '../../planner/autoscale/observation.ts';
import type { Sample } from '../../planner/autoscale/observe.ts';
import { sql, type Db } from '../../postgres/database.ts';
import type { SampledReplica } from './sampled-replica.ts';

/** What a replica used, as it was measured. */
export interface Taken extends Pick<SampledReplica, 'replicaId' | 'deploymentId' | 'since' | 'steps'> {
  readonly used: Quantities;
}

/** Stores samples, at the database's time. */
export async function storeSamples(db: Db, taken: readonly Taken[]): Promise<void> {
  if (taken.length === 0) return;
  const rows = taken.map(({ replicaId, deploymentId, since, steps, used }) => {
    return { replicaId, deploymentId, since, steps, ...used };
  });
  await sql`
    insert into replica_samples (replica_id, deployment_id, replica_since, scale_steps, cpu_millis, memory_bytes)
    select "replicaId", "deploymentId", since, steps, "cpuMillis", "memoryBytes"
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as t("replicaId" text, "deploymentId" text, since bigint, steps int, "cpuMillis" int, "memoryBytes" bigint)
  `.execute(db);
}

/** The latest sample of each replica of these deployments that is younger than `maxAgeMs`, by deployment. */
export async function freshSamples(
  db: Db,
  deploymentIds: readonly string[],
  maxAgeMs: number,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const { rows } = await sql<SampleRow>`
    select distinct on (deployment_id, replica_id) deployment_id, replica_id, replica_since, scale_steps, cpu_millis, memory_bytes
    from replica_samples
    where deployment_id = any(${deploymentIds}::text[]) and at > now() - make_interval(secs => ${maxAgeMs / 1_000})
    order by deployment_id, replica_id, at desc
  `.execute(db);
  const samples = rows.map((row) => ({
    deploymentId: row.deployment_id,
    replicaId: row.replica_id,
    replicaSince: Number(row.replica_since),
    steps: row.scale_steps,
    used: { cpuMillis: row.cpu_millis, memoryBytes: Number(row.memory_bytes) },
  }));
  return Map.groupBy(samples, ({ deploymentId }) => deploymentId);
}

interface SampleRow {
  readonly deployment_id: string;
  readonly replica_id: string;
  readonly replica_since: string;
  readonly scale_steps: number;
  readonly cpu_millis: number;
  readonly memory_bytes: string;
}
