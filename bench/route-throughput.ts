import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { httpLoad } from './support/http-load.ts';
import { openRouters } from './support/routers.ts';
import { latencies, median } from './support/statistics.ts';

const LOAD = { host: 'web.localhost', connections: 32, warmUpMs: 1_000, ms: 4_000 } as const;
/** Of HAProxy's requests a second. */
const AIM = 0.15;

/** Requests a second through the gateway, beside HAProxy on the same two servers. */
export const routeThroughput: Benchmark = {
  id: 'route-throughput',
  title: `requests a second through the gateway, ${LOAD.connections} connections that are kept, a process of one thread each`,
  unit: 'requests/s',
  peer: 'HAProxy, one thread',
  aim: AIM,
  engine: false,
  run,
};

async function run({ pairs, say }: Bench): Promise<Outcome> {
  await using routers = await openRouters();
  const measured = async (name: string, url: string): Promise<number> => {
    const result = await httpLoad({ ...LOAD, url });
    say(`  ${name} ${result.perSecond.toFixed(0)} requests/s, ${latencies(result.latencies)}`);
    return result.perSecond;
  };
  const [ours, peers, direct]: [number[], number[], number[]] = [[], [], []];
  for (let pair = 0; pair < pairs; pair += 1) {
    const steps = [
      async () => void ours.push(await measured('gateway', routers.gateway)),
      async () => void (routers.haproxy !== undefined && peers.push(await measured('haproxy', routers.haproxy))),
      async () => void direct.push(await measured('nothing', routers.direct)),
    ];
    for (const step of pair % 2 === 0 ? steps : steps.toReversed()) await step();
  }
  const value = median(ours);
  const bare = `without anything between: ${median(direct).toFixed(0)} requests/s from one of the servers`;
  if (peers.length === 0) {
    return {
      value,
      conditions: [{ text: 'HAProxy is not installed: nothing to hold it against', met: true }],
      spent: [bare],
    };
  }
  const peerValue = median(peers);
  const ratio = value / peerValue;
  return {
    value,
    peerValue,
    ratio,
    conditions: [{ text: `${ratio.toFixed(2)} times HAProxy's, aim at least ${AIM}`, met: ratio >= AIM }],
    spent: [bare],
  };
}
