import { countDead } from '../jobs/dead-letters.ts';
import { DEAD_LETTER_QUEUE } from '../jobs/catalogue.ts';
import type { JobQueue } from '../jobs/queue.ts';
import { standingOf } from '../domain/webhook/standing.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { sql, type Db } from '../postgres/database.ts';
import type { EventStore } from '../store/event-store.ts';

/** Readings are shared by all who scrape within that time. */
const FRESH_MS = 10_000;

export interface InstallationSources {
  readonly db: Db;
  readonly store: Pick<EventStore, 'head'>;
  readonly queue: Pick<JobQueue, 'counts'>;
  /** A worker that was silent for longer is none. */
  readonly silenceMs: number;
}

/** Tells of the installation as a whole: with each exposition, but read at most every ten seconds. */
export function tellInstallation(metrics: Metrics, sources: InstallationSources): void {
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;
  metrics.beforeEach(async () => {
    if (performance.now() - readAt < FRESH_MS) return;
    reading ??= read(metrics, sources)
      .then(() => void (readAt = performance.now()))
      .finally(() => (reading = undefined));
    await reading;
  });
}

async function read(metrics: Metrics, { db, store, queue, silenceMs }: InstallationSources): Promise<void> {
  const [head, deployments, replicas, nodes, counts, dead, workers, webhooks] = await Promise.all([
    store.head(),
    byStatus(db, sql`select status, count(*)::int as value from deployments where phase <> 'removed' group by status`),
    byStatus(db, sql`select status, count(*)::int as value from replicas where present = 'true' group by status`),
    readNodes(db),
    queue.counts(),
    countDead(db),
    countWorkers(db, silenceMs),
    readWebhooks(db),
  ]);
  metrics.replace('log_position', [{ labels: {}, value: head }]);
  metrics.replace('deployments', deployments);
  metrics.replace('replicas', replicas);
  metrics.replace('node_up', nodes);
  tellWebhooks(metrics, webhooks, head);
  metrics.replace('workers_alive', [{ labels: {}, value: workers }]);
  metrics.replace(
    'queue_jobs',
    counts
      .filter(({ name }) => name !== DEAD_LETTER_QUEUE)
      .flatMap(({ name, ready, deferred, active }) =>
        Object.entries({ ready, deferred, active }).map(([state, value]) => ({
          labels: { queue: name, state },
          value,
        })),
      ),
  );
  metrics.replace(
    'dead_jobs',
    [...dead].map(([name, value]) => ({ labels: { queue: name }, value })),
  );
}

type Counted = readonly { readonly labels: { readonly status: string }; readonly value: number }[];

async function byStatus(
  db: Db,
  statement: ReturnType<typeof sql<{ status: string; value: number }>>,
): Promise<Counted> {
  const { rows } = await statement.execute(db);
  return rows.map(({ status, value }) => ({ labels: { status }, value }));
}

async function readNodes(
  db: Db,
): Promise<readonly { labels: { node: string; cluster: string; zone: string }; value: number }[]> {
  const { rows } = await sql<{ node: string; cluster: string | null; zone: string | null; up: boolean }>`
    select id as node, state ->> 'cluster' as cluster, state ->> 'zone' as zone, state ->> 'liveness' <> 'lost' as up
    from nodes where removed = 'false' order by id
  `.execute(db);
  return rows.map(({ node, cluster, zone, up }) => ({
    labels: { node, cluster: cluster ?? '', zone: zone ?? '' },
    value: up ? 1 : 0,
  }));
}

async function countWorkers(db: Db, silenceMs: number): Promise<number> {
  const { rows } = await sql<{ value: number }>`
    select count(*)::int as value from workers where seen_at >= now() - make_interval(secs => ${silenceMs / 1_000})
  `.execute(db);
  return rows[0]?.value ?? 0;
}

interface WebhookReading {
  readonly id: string;
  readonly enabled: boolean;
  readonly position: string;
  readonly failing_since: Date | null;
}

async function readWebhooks(db: Db): Promise<readonly WebhookReading[]> {
  const { rows } = await sql<WebhookReading>`
    select webhooks.id, (state ->> 'enabled')::boolean as enabled, failing_since, coalesce(position, since) as position
    from webhooks left join webhook_deliveries on webhook_id = webhooks.id and born::text = state ->> 'born'
    where removed = 'false' order by webhooks.id
  `.execute(db);
  return rows;
}

function tellWebhooks(metrics: Metrics, webhooks: readonly WebhookReading[], head: number): void {
  const now = Date.now();
  const standings = webhooks.map(({ enabled, failing_since }) =>
    standingOf({ enabled, failingSince: failing_since?.getTime() }, now),
  );
  metrics.replace(
    'webhooks',
    [...Map.groupBy(standings, (status) => status)].map(([status, own]) => ({ labels: { status }, value: own.length })),
  );
  metrics.replace(
    'webhook_lag_events',
    webhooks
      .filter(({ enabled }) => enabled)
      .map(({ id, position }) => ({ labels: { webhook: id }, value: Math.max(0, head - Number(position)) })),
  );
}
