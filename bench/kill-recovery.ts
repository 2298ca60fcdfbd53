import { connectEngine } from '../src/engine/connect.ts';
import { followEvents } from '../src/api/client-events.ts';
import type { Client } from '../src/api/client.ts';
import type { EventView } from '../src/api/contract/deploy-schemas.ts';
import { LOCAL_ENGINE } from '../src/process/nodes.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { buildImage } from './support/image.ts';
import { killContainer, removeContainers, startedAt } from './support/raw-engine.ts';
import { awaitOk } from './support/rollout.ts';
import { runService } from './support/service.ts';
import { latencies, median, percentile } from './support/statistics.ts';

const AIM_MS = 600;
/** Each replica is killed once: from its second failure in a row on it would be backed off from. */
const KILLS = 30;
const DEADLINE_MS = 30_000;

/** From the SIGKILL of a container to its replacement running, as the engine dates it. */
export const killRecovery: Benchmark = {
  id: 'kill-recovery',
  title: `a container is killed until its replacement runs, ${KILLS} times`,
  unit: 'ms',
  peer: null,
  aim: AIM_MS,
  engine: true,
  run,
};

/** Milliseconds from the kill on. */
interface Recovery {
  /** By the engine's own word. */
  readonly died: number;
  readonly heard: number;
  readonly planned: number;
  readonly created: number;
  readonly running: number;
  readonly ready: number;
}

async function run({ postgres, say }: Bench): Promise<Outcome> {
  const image = await buildImage();
  const id = `bench-${process.pid}-kill`;
  try {
    return await postgres.fresh(async (url) => {
      await using service = await runService(url, LOCAL_ENGINE);
      const { client } = service;
      await client.call('saveDefinition', {
        body: { definition: { id, image: { name: image, internalPorts: [8_080] } } },
      });
      const deployment = { id, definitionId: id, replicas: KILLS };
      const { position = 0 } = await client.call('saveDeployment', { body: { deployment } });
      await awaitOk(client, id, position);
      return report(await killAll(client, id), say);
    });
  } finally {
    await removeContainers(id);
  }
}

async function killAll(client: Client, id: string): Promise<readonly Recovery[]> {
  const { body } = await client.call('showDeployment', { params: { id } });
  let after = body.position;
  const all: Recovery[] = [];
  const deaths = new Map<string, number>();
  const stop = new AbortController();
  const listening = listen(deaths, stop.signal);
  for (const { containerId = '', id: replicaId } of body.replicas) {
    const began = Date.now();
    await killContainer(containerId);
    const events = await untilOk(client, id, after);
    after = events.at(-1)?.position ?? after;
    const since = (type: string): number => {
      const event = events.find(({ type: of, data }) => of === type && data['replicaId'] === replicaId);
      return Date.parse(event?.at ?? '') - began;
    };
    const next = events.find(({ type, data }) => type === 'ContainerStarted' && data['replicaId'] === replicaId);
    all.push({
      died: (deaths.get(containerId) ?? Number.NaN) - began,
      heard: since('ReplicaFailed'),
      planned: since('ReplicaScheduled'),
      created: since('ContainerCreated'),
      running: (await startedAt(String(next?.data['containerId']))).getTime() - began,
      ready: since('ReplicaReady'),
    });
  }
  stop.abort();
  await listening;
  return all;
}

/** When the engine says that containers have died, milliseconds since the epoch. */
async function listen(deaths: Map<string, number>, signal: AbortSignal): Promise<void> {
  await using engine = connectEngine(LOCAL_ENGINE);
  for await (const { type, containerId, at } of engine.events({ signal })) {
    if (type === 'die') deaths.set(containerId, at.getTime());
  }
}

/** The events after the position, up to the one that says that it is OK again. */
async function untilOk(client: Client, deploymentId: string, after: number): Promise<readonly EventView[]> {
  const events: EventView[] = [];
  for await (const event of followEvents(client, { after, deploymentId, signal: AbortSignal.timeout(DEADLINE_MS) })) {
    events.push(event);
    if (event.type === 'DeploymentStatusChanged' && event.data['status'] === 'OK') return events;
  }
  throw new Error(`${deploymentId} was not OK again within ${DEADLINE_MS} ms after a kill`);
}

function report(all: readonly Recovery[], say: Bench['say']): Outcome {
  const running = all.map((each) => each.running);
  say(`  running ${latencies(running)}; ready ${latencies(all.map(({ ready }) => ready))}`);
  const value = percentile(running, 0.95);
  const step = (of: keyof Recovery, from?: keyof Recovery): string =>
    `${median(all.map((each) => each[of] - (from === undefined ? 0 : each[from]))).toFixed(0)} ms`;
  return {
    value,
    conditions: [{ text: `p95 ${value.toFixed(0)} ms, aim at most ${AIM_MS} ms`, met: value <= AIM_MS }],
    spent: [
      `kill -> the engine says that it has died: ${step('died')}`,
      `-> failure recorded: ${step('heard', 'died')}`,
      `-> planned: ${step('planned', 'heard')}`,
      `-> container created and recorded: ${step('created', 'planned')}`,
      `-> running, as the engine dates it: ${step('running', 'created')}`,
      `-> answers: ${step('ready', 'running')}`,
    ],
  };
}
