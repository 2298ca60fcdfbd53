import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { alternate } from './support/alternate.ts';
import { appendEmmett, appendOurs } from './support/append.ts';
import type { LoadResult } from './support/load.ts';
import { costOf, tell } from './support/load-report.ts';
import { median, percentile } from './support/statistics.ts';

const AIM = 16_000;
const AIM_P99_MS = 15;
const AIM_RATIO = 5;
const CONCURRENCY = 64;

/** One event per command, with its projection row, beside one event per append without a projection. */
export const appendSingle: Benchmark = {
  id: 'append-single',
  title: `commands of one event each, ${CONCURRENCY} at once`,
  unit: 'events/s',
  peer: 'emmett-postgresql',
  aim: AIM,
  engine: false,
  run,
};

async function run({ postgres, pairs, say }: Bench): Promise<Outcome> {
  const options = { concurrency: CONCURRENCY, warmUp: 1, seconds: 4, events: 1, server: postgres.pid };
  const ours = async (): Promise<LoadResult> =>
    tell(say, 'ours  ', 1, await appendOurs(postgres, { ...options, projected: true }));
  const peers = async (): Promise<LoadResult> => tell(say, 'emmett', 1, await appendEmmett(postgres, options));
  const runs = await alternate(pairs, ours, peers);
  const bare = tell(say, 'ours, without a projection', 1, await appendOurs(postgres, { ...options, projected: false }));
  const value = median(runs.ours.map(({ perSecond }) => perSecond));
  const peerValue = median(runs.peers.map(({ perSecond }) => perSecond));
  const p99 = median(runs.ours.map((each) => percentile(each.latencies, 0.99)));
  const ratio = value / peerValue;
  return {
    value,
    peerValue,
    ratio,
    conditions: [
      { text: `${Math.round(value)} events/s, aim at least ${AIM}`, met: value >= AIM },
      { text: `p99 ${p99.toFixed(1)} ms, aim at most ${AIM_P99_MS} ms`, met: p99 <= AIM_P99_MS },
      { text: `${ratio.toFixed(1)} times emmett's rate, aim at least ${AIM_RATIO}`, met: ratio >= AIM_RATIO },
    ],
    spent: [...costOf(runs.ours, 1), `without a projection row: ${Math.round(bare.perSecond)} events/s`],
  };
}
