import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { alternate } from './support/alternate.ts';
import { appendEmmett, appendOurs } from './support/append.ts';
import type { LoadResult } from './support/load.ts';
import { costOf, tell } from './support/load-report.ts';
import { median } from './support/statistics.ts';

const AIM = 40_000;
const CONCURRENCY = 4;
const EVENTS = 100;

/** 100 events per command, each for a stream of its own and with its projection row, beside 100 events to one stream without. */
export const appendBatch: Benchmark = {
  id: 'append-batch',
  title: `commands of ${EVENTS} events each, every event with a new stream and an inline projection row, ${CONCURRENCY} at once`,
  unit: 'events/s',
  peer: 'emmett-postgresql',
  aim: AIM,
  engine: false,
  run,
};

async function run({ postgres, pairs, say }: Bench): Promise<Outcome> {
  const options = { concurrency: CONCURRENCY, warmUp: 1, seconds: 4, events: EVENTS, server: postgres.pid };
  const ours = async (): Promise<LoadResult> =>
    tell(say, 'ours  ', EVENTS, await appendOurs(postgres, { ...options, projected: true }));
  const peers = async (): Promise<LoadResult> => tell(say, 'emmett', EVENTS, await appendEmmett(postgres, options));
  const runs = await alternate(pairs, ours, peers);
  const value = median(runs.ours.map(({ perSecond }) => perSecond)) * EVENTS;
  const peerValue = median(runs.peers.map(({ perSecond }) => perSecond)) * EVENTS;
  return {
    value,
    peerValue,
    ratio: value / peerValue,
    conditions: [{ text: `${Math.round(value)} events/s, aim at least ${AIM}`, met: value >= AIM }],
    spent: costOf(runs.ours, EVENTS),
  };
}
