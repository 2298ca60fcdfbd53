import { appendBatch } from './append-batch.ts';
import { appendSingle } from './append-single.ts';
import type { Benchmark } from './benchmark.ts';
import { converge } from './converge.ts';
import { killRecovery } from './kill-recovery.ts';
import { placeMemory } from './place-memory.ts';
import { saveToCreate } from './save-to-create.ts';

/** Every benchmark, in the order in which they run. */
export const BENCHMARKS: readonly Benchmark[] = [
  appendSingle,
  appendBatch,
  saveToCreate,
  placeMemory('place-memory-1k', 1_000),
  placeMemory('place-memory-5k', 5_000),
  converge(10),
  converge(20),
  converge(40),
  killRecovery,
];
