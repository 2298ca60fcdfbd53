import { once } from 'node:events';
import { fork } from 'node:child_process';
import { join } from 'node:path';

import { migrate } from '../src/postgres/migrate.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { cpuTimes, difference } from './support/cpu.ts';
import { checkPlacements, seedFleet } from './support/fleet.ts';
import { openPool } from './support/postgres.ts';

const AIM = 15_000;
const AIM_LAST_TENTH = 0.8;
const DEPLOYMENTS = Number(process.env.DN ?? 50);
const REPLICAS = 1_000;
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

/** What a planner says of one deployment. Times in milliseconds; `at` is wall time. */
export interface Planned {
  readonly deploymentId: string;
  readonly at: number;
}

/** What a planner says at its end: microseconds of CPU time, and milliseconds that it spent planning. */
export interface PlannerEnd {
  readonly cpu: number;
}

async function run({ postgres, say }: Bench, nodes: number): Promise<Outcome> {
  return postgres.fresh(async (url) => {
    await using database = openPool(url);
    await migrate(database);
    const ids = Array.from({ length: DEPLOYMENTS }, (_, index) => `bulk-${index}`);
    await seedFleet(database, { nodes, deployments: ids, replicas: REPLICAS });
    const before = await cpuTimes(postgres.pid);
    const planners = await Promise.all(
      Array.from({ length: PLANNERS }, (_, index) =>
        openPlanner(
          url,
          ids.filter((__, n) => n % PLANNERS === index),
        ),
      ),
    );
    const begin = Date.now();
    const results = await Promise.all(planners.map((go) => go()));
    const after = await cpuTimes(postgres.pid);
    await checkPlacements(database, { nodes, replicas: DEPLOYMENTS * REPLICAS });
    const ends = results.flatMap(({ planned }) => planned.map(({ at }) => at)).toSorted((a, b) => a - b);
    const own = results.reduce((sum, { cpu }) => sum + cpu, 0);
    return report(say, { begin, ends, own, postgres: difference(before, after).postgres });
  });
}

interface Ended {
  readonly planned: readonly Planned[];
  readonly cpu: number;
}

/** Starts a process that has everything open; what it resolves with sets it off. */
async function openPlanner(url: string, deployments: readonly string[]): Promise<() => Promise<Ended>> {
  const child = fork(PLANNER, [url], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`a planner ended with ${String(code)} before its work was done`);
  });
  // Whoever waits for the planner hears of it.
  failed.catch(() => undefined);
  await Promise.race([once(child, 'message'), failed]);
  return async () => {
    child.send(deployments);
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
