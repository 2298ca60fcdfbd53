import type { PostgresServer } from './support/postgres.ts';

/** What a benchmark is given. */
export interface Bench {
  /** The run's own PostgreSQL server, durable; every run takes a fresh database on it. */
  readonly postgres: PostgresServer;
  /** Runs of each side; ours and the peer's alternate. */
  readonly pairs: number;
  /** Says on the terminal what is going on and what came of it, one line each. */
  readonly say: (line: string) => void;
}

/** What came of a benchmark: medians over the runs. */
export interface Outcome {
  /** Ours, in the benchmark's unit. */
  readonly value: number;
  /** The peer's, in the same unit; absent where there is no peer. */
  readonly peerValue?: number;
  /** How much of the peer's value ours is, or the other way round: see the benchmark's `ratio`. */
  readonly ratio?: number;
  /** Each of the conditions that make up `met`, in words, with its figure. */
  readonly conditions: readonly Condition[];
  /** Where the time goes, in words; said when an aim is missed and otherwise too. */
  readonly spent: readonly string[];
}

export interface Condition {
  readonly text: string;
  readonly met: boolean;
}

export interface Benchmark {
  readonly id: string;
  /** What is measured, in one line. */
  readonly title: string;
  /** Of `value` and `peerValue`. */
  readonly unit: 'events/s' | 'placements/s' | 'replicas/s' | 'requests/s' | 'requests' | 'ms' | 's' | '%';
  readonly peer: string | null;
  /** The number that `value` (for converge-*: `ratio`) is held against. */
  readonly aim: number;
  /** True when it needs a Docker engine. */
  readonly engine: boolean;
  readonly run: (bench: Bench) => Promise<Outcome>;
}

/** One element of the JSON file. */
export interface Result {
  readonly id: string;
  readonly unit: string;
  readonly value: number;
  readonly peer: string | null;
  readonly peerValue: number | null;
  readonly ratio: number | null;
  readonly aim: number;
  readonly met: boolean;
}

/** The result of an outcome; figures to three decimals. */
export function resultOf({ id, unit, peer, aim }: Benchmark, outcome: Outcome): Result {
  const { value, peerValue, ratio, conditions } = outcome;
  return {
    id,
    unit,
    value: rounded(value),
    peer,
    peerValue: peerValue === undefined ? null : rounded(peerValue),
    ratio: ratio === undefined ? null : rounded(ratio),
    aim,
    met: conditions.every(({ met }) => met),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
