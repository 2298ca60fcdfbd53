import type { Client } from '../src/api/client.ts';
import { createSimulatedHost, dropSimulatedHost } from '../src/engine/simulated/registry.ts';
import { SERVER_IMAGE } from '../src/engine/simulated/script.ts';
import { sql, type Database } from '../src/postgres/database.ts';
import { until } from '../test/support/until.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { cpuTimes, difference, type CpuTimes } from './support/cpu.ts';
import { checkLog } from './support/log-oracle.ts';
import { openPool } from './support/postgres.ts';
import { runService } from './support/service.ts';

const AIM = 5_000;
const NODES = 50;
const DEPLOYMENTS = 10;
const WARM_UP = 500;
const IMAGE = 'web:1';
/** How long it may take in all. */
const SETTLE_MS = 120_000;

/** From the saves to replicas that run, with every event of their lives, on engines that answer at once. */
export function runSimulated(name: string, replicas: number): Benchmark {
  return {
    id: `run-simulated-${name}`,
    title: `${replicas} replicas of ${DEPLOYMENTS} deployments on ${NODES} simulated engines without latency, from the saves to running`,
    unit: 'replicas/s',
    peer: null,
    aim: AIM,
    engine: false,
    run: (bench) => run(bench, replicas),
  };
}

interface Measured {
  /** Milliseconds from the first save on: the last reservation, the last replica ready, every deployment OK. */
  readonly scheduled: number;
  readonly ready: number;
  readonly settled: number;
  readonly cpu: CpuTimes;
}

async function run({ postgres, say }: Bench, replicas: number): Promise<Outcome> {
  const hosts = Array.from({ length: NODES }, (_, index) => `bench-${index}`);
  const capacity = { cpuMillis: 1_000_000, memoryBytes: 2 ** 42, gpus: [] };
  for (const host of hosts) createSimulatedHost(host, { latencies: {}, images: { [IMAGE]: SERVER_IMAGE }, capacity });
  try {
    return await postgres.fresh(async (url) => {
      await using database = openPool(url);
      const ids = Array.from({ length: DEPLOYMENTS }, (_, index) => `bulk-${index}`);
      const { begin, ...times } = await measure(postgres, { url, database, hosts, ids, replicas });
      // After its end nothing is appended any more.
      const lives = await check(database, ids, replicas);
      return report({ ...times, scheduled: lives.scheduled - begin, ready: lives.ready - begin }, replicas, say);
    });
  } finally {
    for (const host of hosts) dropSimulatedHost(host);
  }
}

interface Bulk {
  readonly url: string;
  readonly database: Database;
  readonly hosts: readonly string[];
  readonly ids: readonly string[];
  readonly replicas: number;
}

/** Runs the product until every deployment is OK and every instance registered. `begin`: milliseconds of wall time. */
async function measure(
  { pid }: Bench['postgres'],
  { url, database, hosts, ids, replicas }: Bulk,
): Promise<Pick<Measured, 'settled' | 'cpu'> & { readonly begin: number }> {
  await using service = await runService(url, hosts.map((host) => `simulated://${host}`).join(','));
  const { client } = service;
  const definition = { id: 'web', image: { name: IMAGE, internalPorts: [8_080] } };
  await client.call('saveDefinition', { body: { definition } });
  await save(client, database, ['warm-up'], WARM_UP);
  const before = await cpuTimes(pid);
  const begin = Date.now();
  await save(client, database, ids, replicas / DEPLOYMENTS);
  const settled = Date.now() - begin;
  await until('every instance is registered', SETTLE_MS, async () => {
    const { rows } = await sql<{ n: string }>`select count(*) as n from instances`.execute(database.db);
    return Number(rows[0]?.n) === replicas + WARM_UP;
  });
  return { begin, settled, cpu: difference(before, await cpuTimes(pid)) };
}

/** Saves the deployments and waits until each is OK. Whoever follows so many of them would be a load by itself. */
async function save(client: Client, { db }: Database, ids: readonly string[], replicas: number): Promise<void> {
  await Promise.all(
    ids.map((id) => client.call('saveDeployment', { body: { deployment: { id, definitionId: 'web', replicas } } })),
  );
  await until(`${ids.length} deployments are OK`, SETTLE_MS, async () => {
    const { rows } = await sql<{ n: string }>`
      select count(*) as n from deployments where id = any(${ids}) and status = 'OK'
    `.execute(db);
    return Number(rows[0]?.n) === ids.length;
  });
}

/** The events of a replica's life until it is ready, each of which has to be there once. */
const LIFE = ['ReplicaScheduled', 'ContainerCreated', 'ContainerStarted', 'ReplicaReady', 'InstanceRegistered'];

/** Throws unless each replica has lived its life exactly once and the log is whole. Returns milliseconds of wall time. */
async function check(
  database: Database,
  ids: readonly string[],
  replicas: number,
): Promise<{ scheduled: number; ready: number }> {
  const { rows } = await sql<{ type: string; events: string; streams: string; last: Date }>`
    select type, count(*) as events, count(distinct stream) as streams, max(at) as last from events
    where type = any(${LIFE}) and data ->> 'deploymentId' = any(${ids}) group by type
  `.execute(database.db);
  const found = new Map(rows.map((row) => [row.type, row]));
  for (const type of LIFE) {
    const { events, streams } = found.get(type) ?? { events: '0', streams: '0' };
    if (Number(events) !== replicas || Number(streams) !== replicas)
      throw new Error(`${events} ${type} on ${streams} streams instead of ${replicas} on ${replicas}`);
  }
  const last = (type: string): number => found.get(type)?.last.getTime() ?? Number.NaN;
  const { rows: heads } = await sql<{ position: string }>`select position from log_head`.execute(database.db);
  await checkLog(database, Number(heads[0]?.position));
  return { scheduled: last('ReplicaScheduled'), ready: last('ReplicaReady') };
}

function report({ scheduled, ready, settled, cpu }: Measured, replicas: number, say: Bench['say']): Outcome {
  const value = (replicas / ready) * 1_000;
  say(
    `  ${Math.round(value)} replicas/s: scheduled after ${scheduled} ms, ready after ${ready} ms, OK after ${settled} ms`,
  );
  const each = (of: keyof CpuTimes): string => `${(cpu[of] / replicas).toFixed(0)} us`;
  return {
    value,
    conditions: [{ text: `${Math.round(value)} replicas/s, aim at least ${AIM}`, met: value >= AIM }],
    spent: [
      `first save -> last replica scheduled ${scheduled} ms -> last ready ${ready} ms -> all deployments OK ${settled} ms`,
      `CPU time per replica: ${each('own')} in this process (API, worker, engines and caller), ${each('postgres')} in PostgreSQL`,
    ],
  };
}
