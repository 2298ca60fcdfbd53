import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { httpLoad } from './support/http-load.ts';
import { openRouters } from './support/routers.ts';
import { latencies, median, percentile } from './support/statistics.ts';

const LOAD = { host: 'web.localhost', connections: 32, warmUpMs: 1_000, ms: 4_000, perSecond: 500 } as const;
/** Milliseconds. */
const AIM = 5;

/** What the gateway adds to the 99th percentile at a steady rate, beside what HAProxy adds. */
export const routeLatency: Benchmark = {
  id: 'route-latency',
  title: `what the gateway adds to the p99 at ${LOAD.perSecond} requests a second`,
  unit: 'ms',
  peer: 'HAProxy, one thread',
  aim: AIM,
  engine: false,
  run,
};

async function run({ pairs, say }: Bench): Promise<Outcome> {
  await using routers = await openRouters();
  const p99 = async (name: string, url: string): Promise<number> => {
    const { latencies: all } = await httpLoad({ ...LOAD, url });
    say(`  ${name} ${latencies(all)}`);
    return percentile(all, 0.99);
  };
  const [ours, peers]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair += 1) {
    const direct = await p99('nothing', routers.direct);
    ours.push((await p99('gateway', routers.gateway)) - direct);
    if (routers.haproxy !== undefined) peers.push((await p99('haproxy', routers.haproxy)) - direct);
  }
  const value = median(ours);
  const conditions = [{ text: `${value.toFixed(2)} ms are added, aim at most ${AIM} ms`, met: value <= AIM }];
  if (peers.length === 0) return { value, conditions, spent: ['HAProxy is not installed'] };
  const peerValue = median(peers);
  return { value, peerValue, ratio: value / peerValue, conditions, spent: [`HAProxy adds ${peerValue.toFixed(2)} ms`] };
}
