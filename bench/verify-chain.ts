import { sql, type Db } from '../src/postgres/database.ts';
import { migrate } from '../src/postgres/migrate.ts';
import { firstBroken } from '../src/store/audit.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { openPool } from './support/postgres.ts';
import { median } from './support/statistics.ts';

const AIM = 300_000;
const EVENTS = 300_000;
const REPLICAS = 30;

/** Every hash of a log computed again from its rows, as `oo audit verify` has the database do it. */
export const verifyChain: Benchmark = {
  id: 'verify-chain',
  title: `every hash of a log of ${EVENTS} events computed again from its rows`,
  unit: 'events/s',
  peer: null,
  aim: AIM,
  engine: false,
  run,
};

async function run({ postgres, pairs, say }: Bench): Promise<Outcome> {
  return postgres.fresh(async (url) => {
    await using database = openPool(url);
    const { db } = database;
    await migrate(database);
    await fill(db);
    const rates: number[] = [];
    for (let round = 0; round < Math.max(3, pairs); round += 1) {
      const started = performance.now();
      const broken = await firstBroken(db, 0, EVENTS);
      const seconds = (performance.now() - started) / 1_000;
      if (broken !== undefined) throw new Error(`the honest log was found broken at ${broken}`);
      rates.push(EVENTS / seconds);
      say(`${Math.round(EVENTS / seconds)} events/s`);
    }
    await expectFound(db);
    const value = median(rates);
    const { rows } = await sql<{ bytes: string }>`select avg(length(data::text))::int as bytes from events`.execute(db);
    return {
      value,
      conditions: [{ text: `${Math.round(value)} events/s, aim at least ${AIM}`, met: value >= AIM }],
      spent: [
        `${rows[0]?.bytes} bytes of data in an event on average; two statements at once, all work in the database`,
      ],
    };
  });
}

/** Events of a replica's life, the decision of its placement among them, chained as `append_events` does. */
async function fill(db: Db): Promise<void> {
  const decision = {
    deploymentId: 'depl_bench',
    considered: 50,
    excluded: [{ filter: 'cpu', nodes: 12, need: 500, have: 350 }],
    scores: Array.from({ length: 5 }, (_, n) => ({ node: `node_${n}`, spread: n / 7, free: n / 3, total: n / 2 })),
  };
  const lives = [
    ['ReplicaScheduled', decision],
    ['ContainerCreated', { containerId: 'c'.repeat(64), name: 'depl_bench-r1-0' }],
    ['ContainerStarted', { ports: [{ internal: 8_080, host: 32_768 }] }],
    ['ReplicaReady', { url: 'http://10.0.0.1:32768' }],
    ['InstanceRegistered', { instanceId: 'inst_0', url: 'http://10.0.0.1:32768', nodeUrl: 'tcp://10.0.0.1:2376' }],
  ];
  await sql`
    insert into events
    select n, gen_random_uuid(), 'replica/depl_bench-r1-' || (n % ${REPLICAS}), n, life ->> 0, 1, (life -> 1)::text::json,
      'worker/0198c7aa-1111-7777-8888-123456789abc', gen_random_uuid()::text, gen_random_uuid()::text,
      date_trunc('milliseconds', now()), ''
    from generate_series(1, ${EVENTS}::int) n, lateral (select ${JSON.stringify(lives)}::jsonb -> (n % 5) as life) as lives
  `.execute(db);
  await sql`alter table events disable trigger user`.execute(db);
  await sql`
    do $$
    declare
      event events%rowtype;
      link  bytea := sha256('deploy-svc event log, version 1');
    begin
      for event in select * from events order by position loop
        link := sha256(link || int8send(event.position) || body_hash(event));
        update events set hash = link where position = event.position;
      end loop;
      update log_head set position = event.position, hash = link;
    end $$
  `.execute(db);
  await sql`vacuum full analyze events`.execute(db);
}

/** A verification that finds nothing is worth nothing. */
async function expectFound(db: Db): Promise<void> {
  const at = EVENTS / 2;
  await sql`update events set actor = 'user/nobody' where position = ${at}`.execute(db);
  const broken = await firstBroken(db, 0, EVENTS);
  if (broken !== at) throw new Error(`the change at ${at} was found at ${broken}`);
}
