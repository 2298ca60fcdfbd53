import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { latencies, percentile } from './support/statistics.ts';

const AIM_MS = 150;
/** Starts of each side in a pair of runs. */
const STARTS = 15;
const OO = resolve(import.meta.dirname, '../bin/oo');

/** How long a person waits for the help: what every other command waits for too before it does anything. */
export const cliHelp: Benchmark = {
  id: 'cli-help',
  title: `oo --help from start to end, ${STARTS} starts beside as many of node -e 0`,
  unit: 'ms',
  peer: 'node -e 0',
  aim: AIM_MS,
  engine: false,
  run,
};

async function run({ pairs, say }: Bench): Promise<Outcome> {
  const home = await mkdtemp(join(tmpdir(), 'bench-oo-'));
  try {
    const env = { ...process.env, HOME: home, XDG_CACHE_HOME: home, NO_COLOR: '1' };
    const help = (): string => execFileSync(OO, ['--help'], { env, encoding: 'utf8' });
    const bare = (): string => execFileSync(process.execPath, ['-e', '0'], { env, encoding: 'utf8' });
    // The first compiles, and says what the others have to.
    const expected = help();
    bare();
    const [ours, theirs] = measure(pairs * STARTS, [
      { start: help, expected },
      { start: bare, expected: '' },
    ]);
    return report(ours ?? [], theirs ?? [], say);
  } finally {
    await rm(home, { recursive: true });
  }
}

interface Side {
  readonly start: () => string;
  readonly expected: string;
}

/** Milliseconds of each start; the sides take turns. Throws when one prints something else than expected. */
function measure(rounds: number, sides: readonly Side[]): readonly (readonly number[])[] {
  const times: number[][] = sides.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [side, { start, expected }] of sides.entries()) {
      const started = performance.now();
      const printed = start();
      times[side]?.push(performance.now() - started);
      if (printed !== expected) throw new Error(`start ${round} printed something else:\n${printed}`);
    }
  }
  return times;
}

function report(ours: readonly number[], theirs: readonly number[], say: Bench['say']): Outcome {
  say(`  oo --help  ${latencies(ours)}`);
  say(`  node -e 0  ${latencies(theirs)}`);
  const [value, peerValue] = [percentile(ours, 0.5), percentile(theirs, 0.5)];
  return {
    value,
    peerValue,
    ratio: value / peerValue,
    conditions: [{ text: `p50 ${value.toFixed(0)} ms, aim at most ${AIM_MS} ms`, met: value <= AIM_MS }],
    spent: [
      `node itself: ${peerValue.toFixed(0)} ms; the launcher, commander and our files: ${(value - peerValue).toFixed(0)} ms`,
    ],
  };
}
