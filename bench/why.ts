import { createLogger } from '../src/logger.ts';
import { readConfig } from '../src/config.ts';
import { sql, type Db } from '../src/postgres/database.ts';
import { migrate } from '../src/postgres/migrate.ts';
import { startService } from '../src/process/service.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { administratorAt } from './support/administrator.ts';
import { openPool } from './support/postgres.ts';
import { latencies, percentile } from './support/statistics.ts';

const AIM_MS = 50;
const EVENTS = 300_000;
const PART = 50_000;
const DEPLOYMENTS = 50;
/** Of a replica's life; every life is scheduled because the one before in its deployment was ready, as in a rolling update. */
const LIFE = ['ReplicaScheduled', 'ContainerCreated', 'ContainerStarted', 'ReplicaReady'] as const;
/** Lives of one correlation: a rollout one by one of so many replicas. */
const ROLLOUT = 20;
const ASKED = 200;

/** How long somebody waits who asks why, however long the log is. */
export const why: Benchmark = {
  id: 'why',
  title: `GET /deploy-svc/why/{replica} over a log of ${EVENTS} events, ${ASKED} of them one after the other`,
  unit: 'ms',
  peer: null,
  aim: AIM_MS,
  engine: false,
  run,
};

async function run({ postgres, say }: Bench): Promise<Outcome> {
  return postgres.fresh(async (url) => {
    await using database = openPool(url);
    await migrate(database);
    await fill(database.db);
    const config = readConfig({ DATABASE_URL: url, PORT: '0', ROLES: 'api', TOKEN_LIFE: '3600' });
    await using service = await startService(config, createLogger('error'));
    const client = await administratorAt(service.url);
    const took: number[] = [];
    let sentences = 0;
    for (let asked = 0; asked < ASKED; asked += 1) {
      const life = Math.floor(((asked + 0.5) * EVENTS) / LIFE.length / ASKED);
      const started = performance.now();
      const answer = await client.call('why', { params: { id: `replica-${life}` } });
      took.push(performance.now() - started);
      sentences += answer.body.sentences.length;
      // Its own life, and at least what it was scheduled because of.
      if (answer.body.sentences.length < LIFE.length) throw new Error(`replica-${life} is not explained`);
    }
    const value = percentile(took, 0.95);
    say(latencies(took));
    return {
      value,
      conditions: [{ text: `p95 ${value.toFixed(1)} ms, aim at most ${AIM_MS} ms`, met: value <= AIM_MS }],
      spent: [`${latencies(took)}; ${(sentences / ASKED).toFixed(1)} sentences each on average`],
    };
  });
}

/** A log without hashes: what is measured reads none. Each event is caused by the one before it in its rollout. */
async function fill(db: Db): Promise<void> {
  const reservation = { nodeId: 'n', cpuMillis: 500, memoryBytes: 0, vramBytes: 0, hostPorts: [] };
  const score = (n: number): object => ({ nodeId: `node-${n}`, total: n / 3, parts: { spread: n / 7, free: n / 5 } });
  const decision = { considered: 50, excluded: [], scores: [1, 2, 3, 4, 5].map(score) };
  const more = { ordinal: 0, revision: 1, reservation, decision, reason: '1 wanted' };
  const datas = [more, { containerId: 'c'.repeat(64), adopted: false }, { containerId: 'c'.repeat(64), ports: [] }, {}];
  await sql`alter table events disable trigger user`.execute(db);
  // In parts, each within the time that a statement may take.
  for (let from = 0; from < EVENTS; from += PART) {
    await sql`
    insert into events (position, id, stream, version, type, schema_version, data, actor, correlation_id, causation_id, at, hash)
    select n, md5(n::text)::uuid, 'replica/replica-' || life, n % 4 + 1, (${[...LIFE]}::text[])[n % 4 + 1], 1,
      (${JSON.stringify(datas)}::jsonb -> (n % 4) || jsonb_build_object('replicaId', 'replica-' || life, 'generation', 1,
        'deploymentId', 'depl-' || life / ${ROLLOUT} % ${DEPLOYMENTS}::int))::json,
      'worker/bench', (life / ${ROLLOUT})::text,
      case when n % ${ROLLOUT * LIFE.length} > 0 then md5((n - 1)::text)::uuid::text end, now(), ''
    from generate_series(${from}::int, ${from + PART - 1}::int) as n, lateral (select n / 4 as life) as lives
  `.execute(db);
  }
  const state = { status: 'Ready', generation: 1, nodeId: 'n', failures: 0, scheduledAt: 0, changedAt: 0, ports: [] };
  await sql`
    insert into replicas (id, since, version, state)
    select 'replica-' || life, life * 4 + 3, 4, ${JSON.stringify(state)}::jsonb || jsonb_build_object('id', 'replica-' || life,
      'deploymentId', 'depl-' || life / ${ROLLOUT} % ${DEPLOYMENTS}::int, 'revision', 1, 'ordinal', 0)
    from generate_series(0, ${EVENTS / LIFE.length - 1}::int) as life
  `.execute(db);
  await sql`update log_head set position = ${EVENTS - 1}`.execute(db);
  await sql`alter table events enable trigger user`.execute(db);
  await sql`analyze events`.execute(db);
  await sql`analyze replicas`.execute(db);
}
