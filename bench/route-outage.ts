import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Client } from '../src/api/client.ts';
import { connectEngine } from '../src/engine/connect.ts';
import { destroyEmbedded, startEmbedded } from '../src/postgres/embedded.ts';
import { LOCAL_ENGINE } from '../src/process/nodes.ts';
import { buildTrafficImage } from './support/traffic-image.ts';
import { freePort } from '../test/support/registry.ts';
import { startProcess, type ServiceProcess } from '../test/support/service-process.ts';
import { startTrafficLoad } from '../test/support/traffic-load.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { administratorAt, removeLast } from './support/administrator.ts';
import { lossesOf } from './support/losses.ts';
import { awaitOk } from './support/rollout.ts';
import { latencies } from './support/statistics.ts';

const IMAGE = 'deploy-svc-bench/outage:1';
const ID = 'outage';
const REPLICAS = 4;
const PER_SECOND = 200;
const OUTAGE_SECONDS = 60;

/** Requests that fail while nothing but the gateway and the containers is left, and when all is back. */
export const routeOutage: Benchmark = {
  id: 'route-outage',
  title: `requests lost at ${PER_SECOND} a second while API, worker and database are stopped for ${OUTAGE_SECONDS} s, ${REPLICAS} containers`,
  unit: 'requests',
  peer: null,
  aim: 0,
  engine: true,
  run,
};

async function run({ say }: Bench): Promise<Outcome> {
  await using stack = new AsyncDisposableStack();
  const engine = stack.use(connectEngine(LOCAL_ENGINE));
  await buildTrafficImage(engine, IMAGE);
  // A server of its own: it is stopped.
  const dataDir = join(tmpdir(), `deploy-svc-outage-${process.pid}`);
  stack.defer(() => destroyEmbedded(dataDir));
  const port = await freePort();
  const server = await startEmbedded({ dataDir, port });
  const start = async (roles: string): Promise<ServiceProcess> => {
    const settings = { LOG_LEVEL: 'warn', TOKEN_LIFE: '7200' };
    return stack.use(await startProcess({ databaseUrl: server.url, roles, settings }));
  };
  const product = [await start('api'), await start('worker')];
  const gateway = await start('gateway');
  await deploy(await administratorAt(product[0]?.url));
  const load = startTrafficLoad({
    gateways: [gateway.gatewayUrl ?? ''],
    host: `${ID}.localhost`,
    perSecond: PER_SECOND,
    slowOneIn: 20,
    mostUnderWay: 200,
  });
  for (const each of product) each.signal('SIGTERM');
  for (const each of product) await each.end();
  await server.stop();
  say(`  all but the gateway and the containers has stopped; ${OUTAGE_SECONDS} s`);
  await delay(OUTAGE_SECONDS * 1_000);
  await startEmbedded({ dataDir, port });
  const client = await administratorAt((await start('api')).url);
  await start('worker');
  const tally = await load.stop();
  await removeLast(client, ID);
  return { ...lossesOf(tally, PER_SECOND * OUTAGE_SECONDS, say), spent: [latencies(tally.latencies)] };
}

async function deploy(client: Client): Promise<void> {
  const definition = { id: ID, image: { name: IMAGE, internalPorts: [8_080] } };
  await client.call('saveDefinition', { body: { definition } });
  const deployment = { id: ID, definitionId: ID, replicas: REPLICAS };
  const { position = 0 } = await client.call('saveDeployment', { body: { deployment } });
  await awaitOk(client, ID, position);
}
