import { createHash } from 'node:crypto';

import { overcommitOf } from '../src/domain/node/allotment.ts';
import type { Reservation } from '../src/domain/template.ts';
import { fill } from '../src/planner/fill.ts';
import { candidatesOf } from '../src/planner/placement/candidate.ts';
import { replicaIdOf } from '../src/planner/slots.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { demandOfKind, fleetOf, holding } from './support/fleet.ts';
import { median } from './support/statistics.ts';

const AIM = 20_000;
/** Speed of the last tenth, as a share of the first tenth's. */
const STEADY = 0.8;
/** Bytes of the largest decision: nodes that are left out are summed up on a fleet like these. */
const LARGEST_DECISION = 4_096;
const DEPLOYMENTS = 50;
const REPLICAS = 1_000;

/** 50,000 replicas on so many nodes, in memory: candidates, filters, scores and the decision with its reasons. */
export function placeMemory(id: string, nodes: number): Benchmark {
  return {
    id,
    title: `placement of ${DEPLOYMENTS} deployments of ${REPLICAS} replicas on ${nodes} nodes, in memory, with every decision's reasons`,
    unit: 'placements/s',
    peer: null,
    aim: AIM,
    engine: false,
    run: async (bench) => run(bench, nodes),
  };
}

interface Run {
  /** Seconds per deployment, in order; and of the process' CPU time, on which neighbours weigh less. */
  readonly seconds: readonly number[];
  readonly cpuSeconds: readonly number[];
  /** Of every placement in order: equal when two runs placed alike. */
  readonly fingerprint: string;
  readonly largestDecision: number;
}

async function run({ pairs, say }: Bench, nodes: number): Promise<Outcome> {
  const warm = placeAll(nodes);
  const runs = Array.from({ length: pairs }, () => placeAll(nodes));
  for (const { fingerprint } of runs) {
    if (fingerprint !== warm.fingerprint) throw new Error('the same nodes and seeds were filled in another way');
  }
  const perSecond = runs.map(({ seconds }) => (DEPLOYMENTS * REPLICAS) / sum(seconds));
  const steadiness = runs.map(({ cpuSeconds }) => sum(cpuSeconds.slice(0, TENTH)) / sum(cpuSeconds.slice(-TENTH)));
  const cpu = runs.map(({ cpuSeconds }) => (sum(cpuSeconds) * 1e6) / (DEPLOYMENTS * REPLICAS));
  for (const [index, value] of perSecond.entries()) {
    say(
      `  ours   ${Math.round(value)} placements/s, the last tenth at ${percent(steadiness[index] ?? 0)} of the first`,
    );
  }
  const [value, steady] = [median(perSecond), median(steadiness)];
  return {
    value,
    conditions: [
      { text: `${Math.round(value)} placements/s, aim at least ${AIM}`, met: value >= AIM },
      {
        text: `the last tenth at ${percent(steady)} of the first, aim at least ${percent(STEADY)}`,
        met: steady >= STEADY,
      },
      {
        text: `the largest decision takes ${warm.largestDecision} bytes, aim at most ${LARGEST_DECISION}`,
        met: warm.largestDecision <= LARGEST_DECISION,
      },
    ],
    spent: [`${median(cpu).toFixed(1)} microseconds of CPU time per placement, garbage collection included`],
  };
}

const TENTH = DEPLOYMENTS / 10;

/** One deployment after the other, each from the nodes as the one before has left them. Only the placement is timed. */
function placeAll(nodes: number): Run {
  let fleet = fleetOf(nodes);
  const seconds: number[] = [];
  const cpuSeconds: number[] = [];
  const hash = createHash('sha256');
  let largestDecision = 0;
  for (let deployment = 0; deployment < DEPLOYMENTS; deployment += 1) {
    const id = `depl_${deployment}`;
    const wanted = Array.from({ length: REPLICAS }, (_, ordinal) => {
      return { slot: { replicaId: replicaIdOf(id, 1, ordinal), ordinal, generation: 1 }, reason: 'wanted' };
    });
    const demand = demandOfKind(deployment, fleet);
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    const filled = fill(wanted, candidatesOf(fleet, new Map()), demand, { revision: 1, seed: deployment });
    seconds.push((performance.now() - started) / 1_000);
    const { user, system } = process.cpuUsage(cpu);
    cpuSeconds.push((user + system) / 1e6);
    const reservations: Reservation[] = [];
    for (const action of filled.actions) {
      if (action.type !== 'schedule') continue;
      reservations.push(action.reservation);
      hash.update(JSON.stringify(action.reservation));
      largestDecision = Math.max(largestDecision, JSON.stringify(action.decision).length);
    }
    if (reservations.length !== REPLICAS) throw new Error(`${id}: ${filled.unplaced.join('; ')}`);
    fleet = holding(fleet, reservations);
  }
  const over = fleet.flatMap(({ allotment }) => overcommitOf(allotment) ?? []);
  if (over.length > 0) throw new Error(over[0]);
  return { seconds, cpuSeconds, fingerprint: hash.digest('hex'), largestDecision };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
