import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { resolve } from 'node:path';

import { parseOptions, UsageError, usage, type Options } from './arguments.ts';
import { resultOf, type Benchmark, type Result } from './benchmark.ts';
import { BENCHMARKS } from './catalogue.ts';
import { installPeers, peerVersion } from './support/peers.ts';
import { startPostgres, type PostgresServer } from './support/postgres.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs the benchmarks that the arguments name, tells of each, and writes the results. */
async function main(): Promise<void> {
  const options = read();
  if (options === undefined) return;
  const chosen = BENCHMARKS.filter(({ id }) => options.only.length === 0 || options.only.includes(id));
  if (chosen.some(({ engine }) => engine)) ensureEngine();
  if (chosen.some(({ peer }) => peer === 'emmett-postgresql')) await installPeers(say);
  await using postgres = await startPostgres();
  await describeMachine(chosen, postgres);
  const results: Result[] = [];
  for (const benchmark of chosen) results.push(await runOne(benchmark, postgres, options));
  say(`\n${results.filter(({ met }) => met).length} of ${results.length} aims met`);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
}

function read(): Options | undefined {
  const ids = BENCHMARKS.map(({ id }) => id);
  try {
    const options = parseOptions(process.argv.slice(2), ids);
    if (!options.help) return options;
    say(usage(BENCHMARKS));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    process.exitCode = 2;
  }
  return undefined;
}

/** The one that answers, or one that the script starts or offers to install. */
function ensureEngine(): void {
  execFileSync('bash', [resolve(import.meta.dirname, '../scripts/engine.sh'), '--for-tests'], { stdio: 'inherit' });
}

async function describeMachine(chosen: readonly Benchmark[], { description }: PostgresServer): Promise<void> {
  const [cpu] = cpus();
  say(
    `${cpus().length} x ${cpu?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
  );
  say(`PostgreSQL: ${description}`);
  if (chosen.some(({ peer }) => peer === 'emmett-postgresql'))
    say(`peer: ${await peerVersion('@event-driven-io/emmett-postgresql')}`);
}

async function runOne(benchmark: Benchmark, postgres: PostgresServer, { pairs }: Options): Promise<Result> {
  say(`\n${benchmark.id}: ${benchmark.title} (load average ${loadavg()[0]?.toFixed(1)})`);
  const outcome = await benchmark.run({ postgres, pairs, say });
  const result = resultOf(benchmark, outcome);
  const { value, unit, peer, peerValue, ratio } = result;
  const beside = peerValue === null ? '' : `, ${peer} ${peerValue} ${unit}, ratio ${ratio}`;
  say(`  => ${value} ${unit}${beside} (load average ${loadavg()[0]?.toFixed(1)})`);
  for (const { text, met } of outcome.conditions) say(`     ${met ? 'met   ' : 'MISSED'} ${text}`);
  for (const line of outcome.spent) say(`     ${line}`);
  return result;
}

await main();
