import { auditKey, signCheckpoint } from '../src/domain/audit/checkpoint.ts';
import { bodyHashHex, canonical } from '../src/domain/audit/body-hash.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { alternate } from './support/alternate.ts';
import { appendOurs, definitionSaved } from './support/append.ts';
import type { LoadResult } from './support/load.ts';
import { tell } from './support/load-report.ts';
import { median } from './support/statistics.ts';

const AIM_PERCENT = 5;
const CONCURRENCY = 4;
const EVENTS = 100;
/** One for so many events. */
const EVENTS_PER_CHECKPOINT = 1_000;

/** How much faster appends would be without hashes: with `append_events` as it would be then, and without the hash of the body. */
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
    seconds: 4,
    events: EVENTS,
    server: postgres.pid,
    projected: true,
  };
  const chained = async (): Promise<LoadResult> => tell(say, 'chained  ', EVENTS, await appendOurs(postgres, options));
  const bare = async (): Promise<LoadResult> =>
    tell(say, 'unchained', EVENTS, await appendOurs(postgres, { ...options, unchained: true }));
  const runs = await alternate(Math.max(3, pairs), chained, bare);
  const [with_, without] = [runs.ours, runs.peers].map(
    (each) => median(each.map(({ perSecond }) => perSecond)) * EVENTS,
  );
  if (with_ === undefined || without === undefined) throw new Error('no runs');
  // Both sides hash the bodies in this process; what that takes of an event's time is added.
  const inProcess = microsecondsPerEvent();
  const perEvent = 1_000_000 / with_;
  const value = Math.max(0, (1 - with_ / without) * 100) + (inProcess / perEvent) * 100;
  return {
    value,
    peerValue: 0,
    conditions: [
      { text: `${value.toFixed(1)} % of the throughput, aim at most ${AIM_PERCENT} %`, met: value <= AIM_PERCENT },
    ],
    spent: [
      `${Math.round(with_)} events/s chained, ${Math.round(without)} with no chain in the database`,
      `${inProcess.toFixed(2)} us per event in this process: hash of the body, and its share of a signature`,
    ],
  };
}

/** The hash of a body, and a thousandth of a signature. */
function microsecondsPerEvent(): number {
  const rounds = 20_000;
  const { type, data } = definitionSaved('d');
  const at = new Date();
  const event = {
    id: 'x'.repeat(36),
    stream: 'definition/d',
    version: 1,
    type,
    schemaVersion: 1,
    data,
    at,
    actor: 'user/bench',
    correlationId: 'bench',
  };
  const [text, time] = [canonical(data), at.toISOString()];
  const hashed = timed(rounds, () => bodyHashHex(event, text, time));
  const key = auditKey(Buffer.alloc(32));
  const statement = { installation: 'i', position: 1, hash: 'a'.repeat(64), at: time };
  const signed = timed(200, () => signCheckpoint(statement, key));
  return hashed + signed / EVENTS_PER_CHECKPOINT;
}

/** Microseconds for one. */
function timed(rounds: number, work: () => unknown): number {
  for (let round = 0; round < rounds; round += 1) work();
  const started = performance.now();
  for (let round = 0; round < rounds; round += 1) work();
  return ((performance.now() - started) * 1_000) / rounds;
}
