import type { Client } from '../src/api/client.ts';
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/logger.ts';
import { migrate } from '../src/postgres/migrate.ts';
import { startService } from '../src/process/service.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { alternate } from './support/alternate.ts';
import { appendLongLog } from './support/long-log.ts';
import { administratorAt } from './support/administrator.ts';
import { openPool } from './support/postgres.ts';
import { latencies, median } from './support/statistics.ts';

const AIM = 2;
const FLEET = { events: 1_000_000, nodes: 50, deployments: 50, replicas: 20 };
/** Moments all over the log that each read is asked for, in each round; as often of now. */
const MOMENTS = 30;

/** A read of the API; without a position of now. */
type Read = (client: Client, at: { readonly at?: string }) => Promise<unknown>;

const READS_OF_API: Readonly<Record<string, Read>> = {
  deployments: (client, at) => client.call('listDeployments', { body: {} }, at),
  standings: (client, at) => client.call('listStandings', {}, at),
  'one deployment': (client, at) => client.call('showDeployment', { params: { id: 'depl-7' } }, at),
  instances: (client, at) => client.call('listInstances', { query: {} }, at),
  'instances of one deployment': (client, at) =>
    client.call('listInstances', { query: { deploymentId: 'depl-7' } }, at),
  nodes: (client, at) => client.call('listNodes', { body: {} }, at),
  'what there is of one deployment': (client, at) => client.call('describe', { params: { id: 'depl-7' } }, at),
};

/** What it costs to ask how things were, beside how they are. */
export const asOfRead: Benchmark = {
  id: 'as-of-read',
  title: `reads as of ${MOMENTS} positions all over a log of ${FLEET.events} events beside the same reads of now, ${FLEET.deployments * FLEET.replicas} replicas`,
  unit: 'ms',
  peer: 'the same read of now',
  aim: AIM,
  engine: false,
  run,
};

async function run({ postgres, pairs, say }: Bench): Promise<Outcome> {
  return postgres.fresh(async (url) => {
    await using database = openPool(url);
    await migrate(database);
    const head = await appendLongLog(database, FLEET, say);
    const config = readConfig({ DATABASE_URL: url, PORT: '0', ROLES: 'api', TOKEN_LIFE: '7200' });
    await using service = await startService(config, createLogger('error'));
    const client = await administratorAt(service.url);
    const compared: Compared[] = [];
    for (const [name, read] of Object.entries(READS_OF_API)) {
      const one = await compare(client, read, head, Math.max(3, pairs));
      say(
        `  ${name}: then ${latencies(one.past)}; now ${latencies(one.now)}; then, for the first time ${latencies(one.first)}`,
      );
      compared.push({ name, ...one });
    }
    return outcomeOf(compared);
  });
}

interface Times {
  /** When each moment was read for the first time. */
  readonly first: readonly number[];
  readonly past: readonly number[];
  readonly now: readonly number[];
}

interface Compared extends Times {
  readonly name: string;
}

/** The same moments again and again: both sides read what has been read before, as reads of now always do. */
async function compare(client: Client, read: Read, head: number, rounds: number): Promise<Times> {
  const moments = Array.from({ length: MOMENTS }, (_, index) =>
    String(Math.round((head * (index + 1)) / (MOMENTS + 1))),
  );
  const timed = async (at: (turn: number) => { readonly at?: string }): Promise<number[]> => {
    const took: number[] = [];
    for (let turn = 0; turn < MOMENTS; turn += 1) {
      const from = performance.now();
      await read(client, at(turn));
      took.push(performance.now() - from);
    }
    return took;
  };
  const past = (): Promise<number[]> => timed((turn) => ({ at: moments[turn] ?? '' }));
  const now = (): Promise<number[]> => timed(() => ({}));
  const first = await past();
  await now();
  const times = await alternate(rounds, past, now);
  return { first, past: times.ours.flat(), now: times.peers.flat() };
}

function outcomeOf(compared: readonly Compared[]): Outcome {
  const judged = compared.map(({ name, past, now }) => ({ name, value: median(past), peerValue: median(now) }));
  const text = ({ name, value, peerValue }: (typeof judged)[number]): string =>
    `${name}: ${value.toFixed(1)} ms as of a position, ${peerValue.toFixed(1)} ms now, ${(value / peerValue).toFixed(2)} times, aim at most ${AIM}`;
  const [worst] = judged.toSorted((a, b) => b.value / b.peerValue - a.value / a.peerValue);
  if (worst === undefined) throw new Error('nothing was read');
  return {
    value: worst.value,
    peerValue: worst.peerValue,
    ratio: worst.value / worst.peerValue,
    conditions: judged.map((each) => ({ text: text(each), met: each.value / each.peerValue <= AIM })),
    spent: [`the worst of ${judged.length} reads stands above: ${worst.name}`],
  };
}
