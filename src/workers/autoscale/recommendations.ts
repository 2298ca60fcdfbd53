import type { ScalingDecision } from '../../planner/autoscale/decide.ts';
import type { Recommendation } from '../../planner/autoscale/observation.ts';
import { sql, type Db } from '../../postgres/database.ts';

/** After a silence of so long nothing is known of what was asked for: the windows begin anew. */
const SILENCE_SECONDS = 180;

/** A decision, and how long its recommendation is looked back at. */
export interface Decided {
  readonly deploymentId: string;
  readonly decision: ScalingDecision;
  readonly windowMs: number;
}

/**
 * What was recommended for these deployments, by deployment: nothing for one that nobody has looked at for long.
 * Ages are the database's, so that the clocks of the workers do not matter.
 */
export async function recentRecommendations(
  db: Db,
  deploymentIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Recommendation[]>> {
  const { rows } = await sql<{ deployment_id: string; replicas: number; age_ms: number }>`
    with recent as (
      select deployment_id, replicas, at, max(at) over (partition by deployment_id) as latest
      from scale_recommendations where deployment_id = any(${deploymentIds}::text[])
    )
    select deployment_id, replicas, greatest(0, extract(epoch from now() - at) * 1000)::float8 as age_ms
    from recent where latest > now() - make_interval(secs => ${SILENCE_SECONDS})
  `.execute(db);
  const recommendations = rows.map((row) => ({
    deploymentId: row.deployment_id,
    replicas: row.replicas,
    ageMs: row.age_ms,
  }));
  return Map.groupBy(recommendations, ({ deploymentId }) => deploymentId);
}

/** Remembers what was recommended, deletes what no window reaches any more, and keeps each decision as the latest. */
export async function remember(db: Db, decided: readonly Decided[]): Promise<void> {
  const rows = decided.map(({ deploymentId, decision, windowMs }) => ({
    deploymentId,
    replicas: decision.remember,
    keepSeconds: windowMs / 1_000,
    decision: { numbers: decision.numbers, sentence: decision.sentence },
  }));
  const given = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
    as g("deploymentId" text, replicas int[], "keepSeconds" float8, decision jsonb)`;
  // One transaction has one time: what is inserted is not older than what may stay.
  await db.transaction().execute(async (tx) => {
    await sql`
      insert into scale_recommendations (deployment_id, replicas)
      select "deploymentId", unnest(replicas) from ${given}
    `.execute(tx);
    await sql`
      delete from scale_recommendations s using ${given}
      where s.deployment_id = g."deploymentId" and s.at < now() - make_interval(secs => g."keepSeconds")
    `.execute(tx);
    await sql`
      insert into scale_decisions (deployment_id, decision) select "deploymentId", decision from ${given} order by 1
      on conflict (deployment_id) do update set decision = excluded.decision, at = excluded.at
    `.execute(tx);
  });
}
