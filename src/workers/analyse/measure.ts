import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { streamOf } from '../../domain/stream.ts';
import type { JudgedStep } from '../../planner/release/judged-step.ts';
import type { Observation } from '../../planner/release/judge.ts';
import { sql, type Db } from '../../postgres/database.ts';
import { percentile } from '../../routing/latency-histogram.ts';

type Measured = Pick<Observation, 'requests' | 'errors' | 'latencyMs' | 'restarts'>;

/** What the routers counted of a revision since its step began, and how often its replicas failed. */
export async function measure(
  db: Db,
  deploymentId: string,
  { revision, since, analysis }: Pick<JudgedStep, 'revision' | 'since' | 'analysis'>,
  replicas: readonly ReplicaState[],
): Promise<Measured> {
  const from = new Date(since);
  const { rows } = await sql<{ requests: number; errors: number }>`
    select coalesce(sum(requests), 0)::float8 as requests, coalesce(sum(errors), 0)::float8 as errors
    from traffic_samples where deployment_id = ${deploymentId} and revision = ${revision} and at >= ${from}
  `.execute(db);
  const { requests = 0, errors = 0 } = rows[0] ?? {};
  const latencyMs =
    analysis.maxLatencyMs === undefined || requests === 0
      ? undefined
      : percentile(await latencies(db, deploymentId, revision, from), analysis.percentile / 100);
  return { requests, errors, latencyMs, restarts: await restarts(db, replicas, from) };
}

async function latencies(db: Db, deploymentId: string, revision: number, from: Date): Promise<readonly number[]> {
  const { rows } = await sql<{ count: number }>`
    select sum(bucket.count)::float8 as count
    from traffic_samples, unnest(latency) with ordinality as bucket (count, place)
    where deployment_id = ${deploymentId} and revision = ${revision} and at >= ${from}
    group by bucket.place order by bucket.place
  `.execute(db);
  return rows.map(({ count }) => count);
}

/** A node that is lost is no fault of what ran on it. */
async function restarts(db: Db, replicas: readonly ReplicaState[], from: Date): Promise<number> {
  if (replicas.length === 0) return 0;
  const streams = replicas.map(({ id }) => streamOf('replica', id));
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from events
    where stream = any(${streams}::text[]) and type = 'ReplicaFailed' and at >= ${from}
      and data::jsonb -> 'failure' ->> 'kind' <> 'lost'
  `.execute(db);
  return rows[0]?.count ?? 0;
}
