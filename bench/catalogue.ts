import { appendBatch } from './append-batch.ts';
import { appendSingle } from './append-single.ts';
import { asOfRead } from './as-of-read.ts';
import type { Benchmark } from './benchmark.ts';
import { cliHelp } from './cli-help.ts';
import { converge } from './converge.ts';
import { fuzzP99 } from './fuzz-p99.ts';
import { killRecovery } from './kill-recovery.ts';
import { placeMemory } from './place-memory.ts';
import { placeDurable } from './place-durable.ts';
import { rolling } from './rolling.ts';
import { routeLatency } from './route-latency.ts';
import { routeThroughput } from './route-throughput.ts';
import { routeOutage } from './route-outage.ts';
import { routeUpdate } from './route-update.ts';
import { runSimulated } from './run-simulated.ts';
import { chainCost } from './chain-cost.ts';
import { saveToCreate } from './save-to-create.ts';
import { verifyChain } from './verify-chain.ts';
import { why } from './why.ts';
import { zeroLoss } from './zero-loss.ts';

/** Every benchmark, in the order in which they run. */
export const BENCHMARKS: readonly Benchmark[] = [
  appendSingle,
  appendBatch,
  saveToCreate,
  fuzzP99,
  placeMemory('place-memory-1k', 1_000),
  placeMemory('place-memory-5k', 5_000),
  placeDurable('1k', 1_000),
  placeDurable('5k', 5_000),
  runSimulated('5k', 5_000),
  converge(10),
  converge(20),
  converge(40),
  killRecovery,
  rolling(10),
  routeThroughput,
  routeLatency,
  routeUpdate('gateway'),
  routeUpdate('haproxy'),
  routeUpdate('caddy'),
  routeOutage,
  verifyChain,
  chainCost,
  why,
  asOfRead,
  cliHelp,
  zeroLoss,
];
