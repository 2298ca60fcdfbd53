import { parseArgs } from 'node:util';

import type { Benchmark } from './benchmark.ts';

const PAIRS = 3;

export interface Options {
  readonly help: boolean;
  /** Ids; empty means all. */
  readonly only: readonly string[];
  /** Where the results go as JSON. */
  readonly json: string | undefined;
  readonly pairs: number;
}

/** What is wrong with the arguments, and what would be right. */
export class UsageError extends Error {}

/** Reads the arguments. Throws UsageError. */
export function parseOptions(args: readonly string[], ids: readonly string[]): Options {
  const { help = false, only = [], json, pairs = String(PAIRS) } = valuesOf(args);
  const wanted = only.flatMap((list) => list.split(',')).filter((id) => id !== '');
  const unknown = wanted.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw new UsageError(`there is no benchmark "${unknown}"; there are ${ids.join(', ')}`);
  if (!/^[1-9]\d?$/.test(pairs)) throw new UsageError(`--pairs ${pairs} is not a number from 1 to 99`);
  return { help, only: wanted, json, pairs: Number(pairs) };
}

function valuesOf(args: readonly string[]): { help?: boolean; only?: string[]; json?: string; pairs?: string } {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        only: { type: 'string', multiple: true },
        json: { type: 'string' },
        pairs: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; see npm run bench -- --help`);
  }
}

/** How the bench is called, with every benchmark. */
export function usage(benchmarks: readonly Benchmark[]): string {
  const width = Math.max(...benchmarks.map(({ id }) => id.length));
  return [
    'npm run bench -- [--only ID]... [--json FILE] [--pairs N]',
    '',
    '  --only ID    one benchmark (repeatable, or several separated by commas); all by default',
    '  --json FILE  also write an array of {id, unit, value, peer, peerValue, ratio, aim, met}',
    `  --pairs N    runs of each side, in turn; ${PAIRS} by default`,
    '',
    ...benchmarks.map(({ id, title }) => `  ${id.padEnd(width)}  ${title}`),
  ].join('\n');
}
