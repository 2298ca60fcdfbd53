import { once } from 'node:events';
import { fork } from 'node:child_process';
import { join } from 'node:path';

import { migrate } from '../src/postgres/migrate.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { cpuTimes, difference } from './support/cpu.ts';
import { checkPlacements, seedFleet } from './support/seeded-fleet.ts';
import { openPool } from './support/postgres.ts';

const AIM = 15_000;
const AIM_LAST_TENTH = 0.8;
const DEPLOYMENTS = 50;
const REPLICAS = 1_000;
/** Deployments that each planner plans before the measurement. */
const WARM_UP = 2;
const PLANNERS = 2;
const PLANNER = join(import.meta.dirname, 'support/planner-process.ts');

/** From the loaded snapshot to the commit of decisions, reservations and start jobs, with two workers planning at once. */
export function placeDurable(name: string, nodes: number): Benchmark {
  return {
    id: `place-durable-${name}`,
    title: `${DEPLOYMENTS * REPLICAS} replicas on ${nodes} nodes: decision, reservation and start job committed, ${PLANNERS} workers planning`,
    unit: 'replicas/s',
    peer: null,
    aim: AIM,
    engine: false,
    run: (bench) => run(bench, nodes),
  };
}

/** What a planner says at its end. */
interface Ended {
  /** Milliseconds of wall time at which each deployment was committed. */
  readonly ends: readonly number[];
  /** Microseconds of CPU time. */
  readonly cpu: number;
}

async function run({ postgres, say }: Bench, nodes: number): Promise<Outcome> {
  return postgres.fresh(async (url) => {
    await using database = openPool(url);
    await migrate(database);
    const shares = Array.from({ length: PLANNERS }, (_, planner) => ({
      warmUp: namesOf(`warm-${planner}`, WARM_UP),
      ids: namesOf(`bulk-${planner}`, DEPLOYMENTS / PLANNERS),
    }));
    const deployments = shares.flatMap(({ warmUp, ids }) => [...warmUp, ...ids]);
    await seedFleet(database, { nodes, deployments, replicas: REPLICAS });
    await using planners = new AsyncDisposableStack();
    const ready = await Promise.all(shares.map((share) => openPlanner(planners, url, share)));
    const before = await cpuTimes(postgres.pid);
    const begin = Date.now();
    const results = await Promise.all(ready.map((go) => go()));
    const after = await cpuTimes(postgres.pid);
    await planners.disposeAsync();
    await checkPlacements(database, { nodes, replicas: deployments.length * REPLICAS });
    const ends = results.flatMap((planner) => planner.ends).toSorted((a, b) => a - b);
    const own = results.reduce((sum, { cpu }) => sum + cpu, 0);
    return report(say, { begin, ends, own, postgres: difference(before, after).postgres });
  });
}

function namesOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

interface Share {
  readonly warmUp: readonly string[];
  readonly ids: readonly string[];
}

/** Starts a process that has everything open and is warm; what it resolves with sets it off. */
async function openPlanner(
  stack: AsyncDisposableStack,
  url: string,
  { warmUp, ids }: Share,
): Promise<() => Promise<Ended>> {
  const child = fork(PLANNER, [url, ...warmUp], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  stack.defer(async () => {
    // One that has said its last word ends by itself, one whose parent gives up does not.
    if (child.connected) child.kill('SIGKILL');
    await exited;
  });
  const failed = exited.then(([code]) => {
    throw new Error(`a planner ended with ${String(code)} before its work was done`);
  });
  // Whoever waits for the planner hears of it; after the work it is no failure.
  failed.catch(() => undefined);
  await Promise.race([once(child, 'message'), failed]);
  return async () => {
    child.send(ids);
    const [ended] = (await Promise.race([once(child, 'message'), failed])) as [Ended];
    return ended;
  };
}

interface Measured {
  /** Wall time, in milliseconds, of the start and of the commit of each deployment's plan. */
  readonly begin: number;
  readonly ends: readonly number[];
  /** Microseconds of CPU time in the planners and in the database. */
  readonly own: number;
  readonly postgres: number;
}

function report(say: Bench['say'], { begin, ends, own, postgres }: Measured): Outcome {
  const total = DEPLOYMENTS * REPLICAS;
  const value = total / (((ends.at(-1) ?? Number.NaN) - begin) / 1_000);
  const tenth = DEPLOYMENTS / 10;
  const first = (ends[tenth - 1] ?? Number.NaN) - begin;
  const last = (ends.at(-1) ?? Number.NaN) - (ends.at(-1 - tenth) ?? Number.NaN);
  const share = first / last;
  say(`  ${Math.round(value)} replicas/s, first tenth ${first} ms, last tenth ${last} ms`);
  return {
    value,
    conditions: [
      { text: `${Math.round(value)} replicas/s, aim at least ${AIM}`, met: value >= AIM },
      {
        text: `the last tenth at ${(share * 100).toFixed(0)} % of the first tenth's speed, aim at least ${AIM_LAST_TENTH * 100} %`,
        met: share >= AIM_LAST_TENTH,
      },
    ],
    spent: [
      `CPU time per replica: ${(own / total).toFixed(0)} us in the planners, ${(postgres / total).toFixed(0)} us in PostgreSQL`,
    ],
  };
}
