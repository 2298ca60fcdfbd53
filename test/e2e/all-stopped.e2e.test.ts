import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { LABEL, type ContainerState } from '../../src/engine/engine.ts';
import { openDatabase } from '../../src/postgres/database.ts';
import { destroyEmbedded, startEmbedded } from '../../src/postgres/embedded.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { deploy, openInstallation, waitForStatus } from '../support/installation.ts';
import { containersOf } from '../support/oracle.ts';
import { freePort } from '../support/registry.ts';
import { startTestImages } from '../support/test-images.ts';
import { startTrafficLoad } from '../support/traffic-load.ts';
import { until } from '../support/until.ts';

const identity = ({ id, startedAt }: ContainerState): object => ({ id, startedAt });

test('with API, workers and PostgreSQL all stopped containers serve on, the gateway routes on, and on return none of them is restarted', async () => {
  await using stack = new AsyncDisposableStack();
  const images = stack.use(await startTestImages());
  const dataDir = join(tmpdir(), `deploy-svc-stopped-${randomUUID()}`);
  stack.defer(() => destroyEmbedded(dataDir));
  const port = await freePort();
  const server = await startEmbedded({ dataDir, port });
  {
    await using database = openDatabase({ url: server.url, applicationName: 'test', onError: () => undefined });
    await migrate(database);
  }
  const installation = stack.use(await openInstallation(server.url));
  const { engine, id: owner } = installation;
  const first = await installation.start({ roles: 'api,worker' });
  await deploy(installation, { id: 'web', replicas: 3, image: images.local });
  await waitForStatus(installation, 'web', 'OK');
  const before = await containersOf(engine, owner);
  const serve = (): Promise<readonly number[]> =>
    Promise.all(before.map(async ({ ports }) => (await fetch(`http://127.0.0.1:${ports[0]?.host}`)).status));

  const gateway = await installation.start({ roles: 'gateway' });
  const load = startTrafficLoad({
    gateways: [gateway.gatewayUrl ?? ''],
    host: 'web.localhost',
    perSecond: 50,
    slowOneIn: 20,
    mostUnderWay: 50,
  });

  first.signal('SIGTERM');
  await first.end();
  await server.stop();
  expect(await serve()).toEqual([200, 200, 200]);
  expect((await containersOf(engine, owner)).map(identity)).toEqual(before.map(identity));

  const answered = load.answered();
  await until('requests are answered without any of them', 30_000, async () => load.answered() > answered + 100);

  await startEmbedded({ dataDir, port });
  // Not wanted by anybody: when it is gone, the node has been inspected.
  const labels = { [LABEL.owner]: owner, [LABEL.replica]: 'web-r1-9', [LABEL.generation]: '1' };
  const name = `stray-${randomUUID().slice(0, 8)}`;
  await engine.create({ name, image: images.local, labels, env: {}, ports: [] });
  await installation.start({ roles: 'api,worker' });
  await until('the node is inspected', 30_000, async () => (await engine.inspect(name)) === undefined);
  await waitForStatus(installation, 'web', 'OK');
  expect((await containersOf(engine, owner)).map(identity)).toEqual(before.map(identity));
  expect(await serve()).toEqual([200, 200, 200]);
  const tally = await load.stop();
  expect(tally).toMatchObject({ failed: [], answered: tally.asked });
  const events = await installation.store.read({ after: 0, limit: 1_000 });
  expect(events.filter(({ type }) => type === 'ReplicaFailed' || type === 'ReplicaUnready')).toEqual([]);
});
