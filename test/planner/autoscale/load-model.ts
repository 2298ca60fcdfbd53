import { decideScale, type ScalingDecision } from '../../../src/planner/autoscale/decide.ts';
import type { Observation, Recommendation } from '../../../src/planner/autoscale/observation.ts';
import type { ScalingPolicy } from '../../../src/planner/autoscale/policy.ts';

/** What one replica requests, and can use at most. */
export const REQUESTED = { cpuMillis: 500, memoryBytes: 256 * 2 ** 20 };

export const POLICY: ScalingPolicy = {
  min: 1,
  max: 50,
  cpuPercent: 80,
  memoryPercent: undefined,
  upWindowMs: 0,
  downWindowMs: 60_000,
};

/** Work that the ready replicas share evenly; a replica that is asked for more than it may use does what it can. */
export interface Model {
  readonly policy: ScalingPolicy;
  /** Milliseconds between two decisions. */
  readonly intervalMs: number;
  /** Decisions from the start of a replica until it is ready. */
  readonly startRounds: number;
  /** Thousandths of a core in round `round`. */
  readonly work: (round: number) => number;
}

/** Counts over time, the first one before the first decision. */
export interface Run {
  readonly counts: readonly number[];
  readonly decisions: readonly ScalingDecision[];
}

/** No window here is longer. */
const LONGEST_MS = 60_000;

/** Runs the decision against the model. */
export function run({ policy, intervalMs, startRounds, work }: Model, from: number, rounds: number): Run {
  const counts = [from];
  const decisions: ScalingDecision[] = [];
  let remembered: readonly { readonly replicas: number; readonly at: number }[] = [];
  /** When each replica is ready. */
  let replicas: readonly number[] = Array.from({ length: from }, () => 0);
  for (let round = 0; round < rounds; round += 1) {
    const now = round * intervalMs;
    const ready = replicas.filter((at) => at <= round).length;
    const each = Math.min(REQUESTED.cpuMillis, Math.round(work(round) / Math.max(1, ready)));
    const used = { cpuMillis: each, memoryBytes: 0 };
    const decision = decideScale({
      ...observation(policy, replicas.length),
      ready: Array.from({ length: ready }, () => ({ requested: REQUESTED, used })),
      starting: replicas.length - ready,
      recommendations: remembered.map(({ replicas: count, at }): Recommendation => ({
        replicas: count,
        ageMs: now - at,
      })),
    });
    remembered = [
      ...remembered.filter(({ at }) => now - at < LONGEST_MS),
      ...decision.remember.map((count) => ({ replicas: count, at: now })),
    ];
    const added = Array.from({ length: Math.max(0, decision.to - replicas.length) }, () => round + 1 + startRounds);
    replicas = [...replicas, ...added].toSorted((left, right) => left - right).slice(0, decision.to);
    counts.push(decision.to);
    decisions.push(decision);
  }
  return { counts, decisions };
}

/** Nothing measured, nothing remembered: to be changed. */
export function observation(policy: ScalingPolicy, current: number): Observation {
  return {
    policy,
    current,
    ready: [],
    starting: 0,
    requested: REQUESTED,
    recommendations: [],
    halted: undefined,
    unsettled: undefined,
  };
}

/** `current` ready replicas that use so much each; undefined: not measured. */
export function using(
  policy: ScalingPolicy,
  used: readonly (number | undefined)[],
  change: Partial<Observation> = {},
): Observation {
  const ready = used.map((cpuMillis) => ({
    requested: REQUESTED,
    used: cpuMillis === undefined ? undefined : { cpuMillis, memoryBytes: 0 },
  }));
  return { ...observation(policy, used.length), ready, ...change };
}

/** Signs of the changes, in order: up, up, down is 1, 1, -1. */
export function changes(counts: readonly number[]): readonly number[] {
  return counts.slice(1).flatMap((count, index) => {
    const change = Math.sign(count - (counts[index] ?? count));
    return change === 0 ? [] : [change];
  });
}
