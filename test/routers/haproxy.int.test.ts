import { expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { createLogger } from '../../src/logger.ts';
import { Follower } from '../../src/routers/follow.ts';

import { atHost, told } from '../routing/client.ts';
import { routerConformance } from '../routing/conformance.ts';
import { at, tableOf } from '../routing/tables.ts';
import { startUpstream } from '../routing/upstream.ts';
import { routingWorld } from '../routing/world.ts';
import { queryRows } from '../support/database.ts';
import { until } from '../support/until.ts';
import { openHaproxy } from './haproxy.ts';

routerConformance({ kind: 'haproxy', open: () => openHaproxy() });

const web = (port: number) => ({ depl_web: { replicas: [at(port, { id: 'w-0' })] } });

test('what HAProxy has lost, or was told by others, is mended by the next beat; its files start it with the table', async () => {
  await using open = await openHaproxy();
  await using a = await startUpstream('a');
  const asked = () => told(`${open.url}/`, atHost('depl-web.localhost'));
  await open.router.apply(tableOf({ deployments: web(a.port) }));
  await open.ask(`clear map ${open.settings.directory}/addresses.map`);
  await open.ask(`set server deploy_svc_0/w-0:1:127.0.0.1:${a.port} state maint`);
  await expect(asked()).rejects.toThrow(/answered 404/);
  await open.router.inFlight();
  expect(await asked()).toMatchObject({ name: 'a' });
  await open.kill();
  await expect(open.router.inFlight()).rejects.toThrow(/ECONNREFUSED|ENOENT/);
  await open.start();
  expect(await asked()).toMatchObject({ name: 'a' });
  await open.router.inFlight();
});

test('a deployment too many is named, with what to set, and the others are routed', async () => {
  await using open = await openHaproxy({ backends: 1 });
  await using a = await startUpstream('a');
  const deployments = { ...web(a.port), depl_x: { replicas: [at(a.port, { id: 'x-0' })] } };
  await expect(open.router.apply(tableOf({ deployments }))).rejects.toThrow(
    /has 1 backends, and none is left for depl_x; set HAPROXY_BACKENDS to 2 or more/,
  );
  expect(await told(`${open.url}/`, atHost('depl-web.localhost'))).toMatchObject({ name: 'a' });
});

test('while HAProxy does not answer nothing is acknowledged and the row does not beat; when it is back it comes along', async () => {
  await using world = await routingWorld();
  await using a = await startUpstream('a');
  await using b = await startUpstream('b');
  await world.ready('a-0', a.port);
  await using open = await openHaproxy();
  const { database, store } = world;
  const log = createLogger('silent');
  await using follower = new Follower({ router: open.router, database, store, clock: systemClock, log });
  await follower.start();
  const asked = () => told(`${open.url}/`, atHost('depl-web.localhost'));
  expect(await asked()).toMatchObject({ name: 'a' });
  await open.kill();
  await world.ready('a-1', b.port);
  const position = await world.stopping('a-0');
  const rows = (where: string) => queryRows(database, `select 1 from routers where id = '${follower.id}' and ${where}`);
  await until(
    'it beats no more',
    10_000,
    async () => (await rows(`beat_at < now() - interval '2 seconds'`)).length === 1,
  );
  expect(await rows(`position < ${position}`)).toHaveLength(1);
  await open.start();
  await until('it has come along', 10_000, async () => (await rows(`position >= ${position}`)).length === 1);
  expect(await asked()).toMatchObject({ name: 'b' });
});
