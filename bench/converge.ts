import { buildImage } from './support/image.ts';
import { LOCAL_ENGINE } from '../src/process/nodes.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { alternate } from './support/alternate.ts';
import { convergeRaw, countRunning, RAW_CONCURRENCY, removeContainers } from './support/raw-engine.ts';
import { awaitOk } from './support/rollout.ts';
import { runService } from './support/service.ts';
import { latestAt, median } from './support/statistics.ts';

const AIM_RATIO = 1.15;

/** From a save to OK with so many real containers, beside raw calls that create and start the same containers. */
export function converge(containers: number): Benchmark {
  return {
    id: `converge-${containers}`,
    title: `${containers} containers from the save to OK, beside raw create and start, ${RAW_CONCURRENCY} at once`,
    unit: 's',
    peer: 'dockerode',
    aim: AIM_RATIO,
    engine: true,
    run: (bench) => run(bench, containers),
  };
}

interface Timeline {
  readonly seconds: number;
  /** Milliseconds from the save on. */
  readonly planned: number;
  readonly lastReady: number;
}

async function run(bench: Bench, containers: number): Promise<Outcome> {
  const image = await buildImage();
  const ours = async (pair: number): Promise<Timeline> => {
    const timeline = await convergeOurs(bench, { image, containers, id: `bench-${process.pid}-${containers}-${pair}` });
    bench.say(`  ours      ${timeline.seconds.toFixed(2)} s`);
    return timeline;
  };
  const raw = async (pair: number): Promise<number> => {
    const seconds = await convergeRaw(image, containers, `bench-${process.pid}-${containers}-raw${pair}`);
    bench.say(`  dockerode ${seconds.toFixed(2)} s`);
    return seconds;
  };
  const runs = await alternate(bench.pairs, ours, raw);
  const value = median(runs.ours.map(({ seconds }) => seconds));
  const peerValue = median(runs.peers);
  const ratio = value / peerValue;
  const planned = median(runs.ours.map((each) => each.planned));
  const settled = median(runs.ours.map((each) => each.seconds * 1_000 - each.lastReady));
  return {
    value,
    peerValue,
    ratio,
    conditions: [
      { text: `${ratio.toFixed(2)} times the raw calls, aim at most ${AIM_RATIO}`, met: ratio <= AIM_RATIO },
    ],
    spent: [
      `save -> plan stored: ${planned.toFixed(0)} ms`,
      `plan stored -> last container ready: ${(value * 1_000 - planned - settled).toFixed(0)} ms`,
      `last container ready -> OK seen by the caller: ${settled.toFixed(0)} ms`,
    ],
  };
}

interface Rollout {
  readonly image: string;
  readonly containers: number;
  readonly id: string;
}

async function convergeOurs({ postgres }: Bench, { image, containers, id }: Rollout): Promise<Timeline> {
  try {
    return await postgres.fresh(async (url) => {
      await using service = await runService(url, LOCAL_ENGINE);
      const { client } = service;
      const definition = { id, image: { name: image, internalPorts: [8_080] } };
      await client.call('saveDefinition', { body: { definition } });
      const begin = Date.now();
      const deployment = { id, definitionId: id, replicas: containers };
      const { position = 0 } = await client.call('saveDeployment', { body: { deployment } });
      const events = await awaitOk(client, id, position);
      const seconds = (Date.now() - begin) / 1_000;
      const running = await countRunning(id);
      if (running !== containers) throw new Error(`${running} containers run instead of ${containers}`);
      const since = (type: string): number => latestAt(events, type) - begin;
      return { seconds, planned: since('ReplicaScheduled'), lastReady: since('ReplicaReady') };
    });
  } finally {
    await removeContainers(id);
  }
}
