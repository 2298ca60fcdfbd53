import { sql, type Db } from '../postgres/database.ts';
import type { TrafficSample } from '../routing/router.ts';

/** Adds what a router has counted since the last time to the present second, by the database's clock. */
export async function writeSamples(db: Db, routerId: string, samples: readonly TrafficSample[]): Promise<void> {
  if (samples.length === 0) return;
  await sql`
    insert into traffic_samples as t (router_id, deployment_id, revision, at, requests, errors, latency)
    select ${routerId}, s."deploymentId", s.revision, date_trunc('second', now()), s.requests, s.errors, s.latency
    from jsonb_to_recordset(${JSON.stringify(samples)}::jsonb)
      as s("deploymentId" text, revision int, requests bigint, errors bigint, latency int[])
    on conflict (deployment_id, revision, at, router_id) do update set
      requests = t.requests + excluded.requests,
      errors = t.errors + excluded.errors,
      latency = (select array_agg(a + b order by n) from unnest(t.latency, excluded.latency) with ordinality as both_(a, b, n))
  `.execute(db);
}

/** What is older than a quarter of an hour goes. */
export async function pruneSamples(db: Db): Promise<void> {
  await sql`delete from traffic_samples where at < now() - interval '15 minutes'`.execute(db);
}
