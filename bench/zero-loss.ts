import { readConfig } from '../src/config.ts';
import { connectEngine } from '../src/engine/connect.ts';
import { createLogger } from '../src/logger.ts';
import { LOCAL_ENGINE } from '../src/process/nodes.ts';
import { startService } from '../src/process/service.ts';
import type { Client } from '../src/api/client.ts';
import { buildTrafficImage } from './support/traffic-image.ts';
import { startProcess, type ServiceProcess } from '../test/support/service-process.ts';
import { startTrafficLoad, type TrafficLoad } from '../test/support/traffic-load.ts';
import { until } from '../test/support/until.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { administratorAt, removeLast } from './support/administrator.ts';
import { lossesOf } from './support/losses.ts';
import { awaitOk } from './support/rollout.ts';

const IMAGE = 'deploy-svc-bench/traffic:1';
const ID = 'traffic';
const REPLICAS = 4;
const ROLLOUTS = 20;
const PER_SECOND = 500;
const LEAST = 200_000;
const WAIT_MS = 120_000;

/** Requests that fail in rollouts one after the other, among them a failing version, with a worker and a gateway killed in the middle. */
export const zeroLoss: Benchmark = {
  id: 'zero-loss',
  title: `requests lost of ${LEAST} at ${PER_SECOND} a second through rollouts of ${REPLICAS} containers, at least ${ROLLOUTS}`,
  unit: 'requests',
  peer: null,
  aim: 0,
  engine: true,
  run: ({ postgres, say }) => postgres.fresh((url) => measure(url, say)),
};

interface World {
  readonly client: Client;
  readonly load: TrafficLoad;
  readonly workers: ServiceProcess[];
  readonly gateways: readonly ServiceProcess[];
  readonly start: (roles: string) => Promise<ServiceProcess>;
  readonly say: Bench['say'];
}

async function measure(url: string, say: Bench['say']): Promise<Outcome> {
  await using stack = new AsyncDisposableStack();
  const engine = stack.use(connectEngine(LOCAL_ENGINE));
  await buildTrafficImage(engine, IMAGE);
  const api = stack.use(
    await startService(
      readConfig({ DATABASE_URL: url, PORT: '0', ROLES: 'api', TOKEN_LIFE: '7200' }),
      createLogger('error'),
    ),
  );
  const client = await administratorAt(api.url);
  const start = async (roles: string): Promise<ServiceProcess> =>
    stack.use(await startProcess({ databaseUrl: url, roles, settings: { LOG_LEVEL: 'warn' } }));
  const workers = [await start('worker'), await start('worker')];
  const gateways = [await start('gateway'), await start('gateway')];
  await save(client, 'v0');
  stack.defer(() => removeLast(client, ID));
  const load = startTrafficLoad({
    gateways: gateways.map(({ gatewayUrl = '' }) => gatewayUrl),
    host: `${ID}.localhost`,
    perSecond: PER_SECOND,
    slowOneIn: 20,
    mostUnderWay: 200,
  });
  const world = { client, load, workers, gateways, start, say };
  // One after the other for as long as it takes: no request is one of quiet times.
  let rollout = 1;
  for (; rollout <= ROLLOUTS || load.answered() < LEAST; rollout += 1) {
    const from = performance.now();
    await roll(world, rollout);
    say(`  rollout ${rollout}: ${((performance.now() - from) / 1_000).toFixed(1)} s`);
  }
  say(`  ${rollout - 1} rollouts`);
  const tally = await load.stop();
  const { excepted } = tally;
  return {
    ...lossesOf(tally, LEAST, say),
    spent: [`${excepted} were under way in the gateway that was killed, and were asked again of the other`],
  };
}

async function save(client: Client, version: string, more: object = {}): Promise<number> {
  const definition = { id: ID, image: { name: IMAGE, internalPorts: [8_080] } };
  await client.call('saveDefinition', { body: { definition } });
  const strategy = { type: 'RollingUpdate' as const, maxUnavailable: 0, maxSurge: 2 };
  const envars = { VERSION: version, ...more };
  const deployment = { id: ID, definitionId: ID, replicas: REPLICAS, strategy, envars };
  const { position = 0 } = await client.call('saveDeployment', { body: { deployment } });
  if (!('MODE' in more)) await awaitOk(client, ID, position);
  return position;
}

/** One rollout; the 5th loses a worker, the 10th a gateway, and before the 15th comes a version that fails. */
async function roll({ client, load, workers, gateways, start, say }: World, rollout: number): Promise<void> {
  const version = `v${rollout}`;
  if (rollout === 15) {
    say('  a version that fails');
    await save(client, 'broken', { MODE: 'exit' });
    await until('it has failed', WAIT_MS, async () => {
      const { body } = await client.call('listEvents', { query: { deploymentId: ID, type: 'ReplicaFailed' } });
      return body.events.length > 0;
    });
  }
  const rolling = save(client, version);
  if (rollout === 5) {
    say('  SIGKILL of a worker');
    workers[0]?.signal('SIGKILL');
    workers.push(await start('worker'));
  }
  if (rollout === 10) {
    say('  SIGKILL of a gateway');
    load.killed(gateways[1]?.gatewayUrl ?? '');
    gateways[1]?.signal('SIGKILL');
  }
  await rolling;
  await until(`${version} answers`, WAIT_MS, async () => load.answeredBy(version) > 0);
}
