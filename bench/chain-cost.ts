import { auditKey, signCheckpoint } from '../src/domain/audit/checkpoint.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { alternate } from './support/alternate.ts';
import { appendOurs } from './support/append.ts';
import type { LoadResult } from './support/load.ts';
import { tell } from './support/load-report.ts';
import { median } from './support/statistics.ts';

const AIM_PERCENT = 5;
const CONCURRENCY = 4;
const EVENTS = 100;
/** What is measured is less than what the machine's speed varies by. */
const PAIRS_AT_LEAST = 25;
/** One for so many events. */
const EVENTS_PER_CHECKPOINT = 1_000;

/** How much faster appends would be without hashes: of bodies in this process, and of links in `append_events`. */
export const chainCost: Benchmark = {
  id: 'chain-cost',
  title: `what hashes and signed checkpoints take of the throughput of commands of ${EVENTS} events each, ${CONCURRENCY} at once`,
  unit: '%',
  peer: 'the same without hashes',
  aim: AIM_PERCENT,
  engine: false,
  run,
};

async function run({ postgres, pairs, say }: Bench): Promise<Outcome> {
  const options = {
    concurrency: CONCURRENCY,
    warmUp: 1,
    seconds: 2,
    events: EVENTS,
    server: postgres.pid,
    projected: true,
  };
  const chained = async (): Promise<LoadResult> => tell(say, 'chained  ', EVENTS, await appendOurs(postgres, options));
  const bare = async (): Promise<LoadResult> =>
    tell(say, 'unchained', EVENTS, await appendOurs(postgres, { ...options, unchained: true }));
  const runs = await alternate(Math.max(PAIRS_AT_LEAST, pairs), chained, bare);
  const signing = microsecondsPerSignature() / EVENTS_PER_CHECKPOINT;
  // The machine is not as fast all the time: what stands side by side is held against each other.
  const lost = runs.ours.map(({ perSecond }, pair) => 1 - perSecond / (runs.peers[pair]?.perSecond ?? Number.NaN));
  const [with_, without] = [runs.ours, runs.peers].map((side) => median(side.map(rateOf)));
  if (with_ === undefined || without === undefined) throw new Error('no runs');
  const value = Math.max(0, median(lost) * 100) + (signing * with_) / 10_000;
  return {
    value,
    peerValue: 0,
    conditions: [
      { text: `${value.toFixed(1)} % of the throughput, aim at most ${AIM_PERCENT} %`, met: value <= AIM_PERCENT },
    ],
    spent: [
      `the middle of ${lost.length} pairs: ${lost.map((share) => `${(share * 100).toFixed(1)}`).join(', ')} %`,
      `${Math.round(with_)} events/s chained, ${Math.round(without)} with no hash in this process and no chain in the database`,
      `${signing.toFixed(2)} us per event for its share of a signature are added`,
    ],
  };
}

const rateOf = ({ perSecond }: LoadResult): number => perSecond * EVENTS;

function microsecondsPerSignature(): number {
  const key = auditKey(Buffer.alloc(32));
  const statement = { installation: 'i', position: 1, hash: 'a'.repeat(64), at: new Date().toISOString() };
  const rounds = 200;
  for (let round = 0; round < rounds; round += 1) signCheckpoint(statement, key);
  const started = performance.now();
  for (let round = 0; round < rounds; round += 1) signCheckpoint(statement, key);
  return ((performance.now() - started) * 1_000) / rounds;
}
