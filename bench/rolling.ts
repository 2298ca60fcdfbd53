import type { Client } from '../src/api/client.ts';
import { LABEL } from '../src/engine/engine.ts';
import { until } from '../test/support/until.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { alternate, type Pairs } from './support/alternate.ts';
import { awaitOk } from './support/rollout.ts';
import { runService } from './support/service.ts';
import { median } from './support/statistics.ts';
import {
  createSwarmService,
  openSharedHost,
  runningWith,
  SWARM_SERVICE_LABEL,
  swarmSpec,
  type SharedHost,
} from './support/swarm.ts';

const SURGE = 3;
const AIM_RATIO = 1;
const SETTLE_MS = 5_000;

/** From the save of a new version to all replicas new and none old, beside swarm under the same policy. */
export function rolling(replicas: number): Benchmark {
  return {
    id: `rolling-${replicas}`,
    title: `rolling update of ${replicas} replicas, ${SURGE} at a time, the new one first`,
    unit: 's',
    peer: 'docker swarm, start-first',
    aim: AIM_RATIO,
    engine: true,
    run: (bench) => run(bench, replicas),
  };
}

async function run({ postgres, pairs, say }: Bench, replicas: number): Promise<Outcome> {
  await using host = await openSharedHost();
  return await postgres.fresh(async (url) => {
    await using service = await runService(url, host.url);
    const oursUpdate = await openOurs(host, service.client, replicas);
    const swarmUpdate = await openSwarm(host, replicas);
    const timed = async (name: string, update: () => Promise<number>): Promise<number> => {
      const seconds = await update();
      say(`  ${name} ${seconds.toFixed(2)} s`);
      return seconds;
    };
    const runs = await alternate(
      pairs,
      () => timed('ours ', oursUpdate),
      () => timed('swarm', swarmUpdate),
    );
    return report(runs, replicas);
  });
}

function report({ ours, peers }: Pairs<number, number>, replicas: number): Outcome {
  const value = median(ours);
  const peerValue = median(peers);
  const ratio = value / peerValue;
  const each = (seconds: number): string => `${((seconds / replicas) * 1_000).toFixed(0)} ms`;
  return {
    value,
    peerValue,
    ratio,
    conditions: [{ text: `${ratio.toFixed(2)} times swarm's time, aim at most ${AIM_RATIO}`, met: ratio <= AIM_RATIO }],
    spent: [`per replica ${each(value)}, swarm ${each(peerValue)}`],
  };
}

/** Updates once more; resolves with the seconds until all containers are of the new version and no old one runs. */
type Update = () => Promise<number>;

async function openOurs(host: SharedHost, client: Client, replicas: number): Promise<Update> {
  const id = 'rolling';
  await client.call('saveDefinition', {
    body: { definition: { id, image: { name: host.image, internalPorts: [8_080] } } },
  });
  const strategy = { type: 'RollingUpdate' as const, maxSurge: SURGE, maxUnavailable: 0 };
  const save = async (version: number): Promise<number> => {
    const deployment = { id, definitionId: id, replicas, strategy, envars: { VERSION: String(version) } };
    const { position = 0 } = await client.call('saveDeployment', { body: { deployment } });
    return position;
  };
  let version = 1;
  await awaitOk(client, id, await save(version));
  return async () => {
    version += 1;
    const replaced = watchReplaced(host, {
      label: [LABEL.deployment, id],
      of: [LABEL.revision, String(version)],
      replicas,
    });
    const begin = performance.now();
    const position = await save(version);
    const seconds = ((await replaced) - begin) / 1_000;
    await awaitOk(client, id, position);
    await expectAllNew(host, [`${LABEL.deployment}=${id}`], `${LABEL.revision}=${version}`, replicas);
    return seconds;
  };
}

async function openSwarm(host: SharedHost, replicas: number): Promise<Update> {
  let version = 1;
  const service = { name: 'rolling', image: host.image, replicas, parallelism: SURGE };
  const id = await createSwarmService(host, { ...service, version: String(version) });
  return async () => {
    version += 1;
    const replaced = watchReplaced(host, {
      label: [SWARM_SERVICE_LABEL, id],
      of: ['version', String(version)],
      replicas,
    });
    const begin = performance.now();
    const handle = host.docker.getService(id);
    const { Version: stored } = (await handle.inspect()) as { Version: { Index: number } };
    await handle.update({ version: stored.Index, ...swarmSpec({ ...service, version: String(version) }) });
    const seconds = ((await replaced) - begin) / 1_000;
    await expectAllNew(host, [`${SWARM_SERVICE_LABEL}=${id}`], `version=${version}`, replicas);
    return seconds;
  };
}

interface Replacement {
  readonly label: readonly [key: string, value: string];
  /** The label of the new version's containers. */
  readonly of: readonly [key: string, value: string];
  readonly replicas: number;
}

/** The time at which so many new containers have been started and so many old ones have ended. */
async function watchReplaced({ feed }: SharedHost, { label, of, replicas }: Replacement): Promise<number> {
  const own = (labels: Readonly<Record<string, string>>): boolean => labels[label[0]] === label[1];
  const isNew = (labels: Readonly<Record<string, string>>): boolean => labels[of[0]] === of[1];
  const count = replicas;
  const times = await Promise.all([
    feed.watch(({ action }, labels) => action === 'start' && own(labels) && isNew(labels), { count }),
    feed.watch(({ action }, labels) => action === 'die' && own(labels) && !isNew(labels), { count }),
  ]);
  return Math.max(...times);
}

/** The engine's list is a moment behind its events. */
async function expectAllNew(
  { docker }: SharedHost,
  label: readonly string[],
  version: string,
  replicas: number,
): Promise<void> {
  await until(`exactly ${replicas} containers run, all with ${version}`, SETTLE_MS, async () => {
    const all = await runningWith(docker, label);
    const fresh = await runningWith(docker, [...label, version]);
    return all.length === replicas && fresh.length === replicas;
  });
}
