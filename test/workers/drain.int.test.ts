import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import type { EventOf } from '../../src/domain/event.ts';
import { ask, atHost, told } from '../routing/client.ts';
import { startUpstream } from '../routing/upstream.ts';
import { drainingWorker, followingGateway, routingWorld, type RoutingWorld } from '../routing/world.ts';
import { queryRows } from '../support/database.ts';
import { until } from '../support/until.ts';
import { within } from '../support/within.ts';

const stack = new AsyncDisposableStack();
let world: RoutingWorld;
let worker: AsyncDisposable;
beforeAll(async () => {
  world = stack.use(await routingWorld());
  worker = stack.use(await drainingWorker(world));
});
afterAll(() => stack.disposeAsync());
beforeEach(async () => {
  await queryRows(world.database, 'delete from routers');
});

type Drained = EventOf<'ReplicaDrained'>['data'];

async function drained(replicaId: string): Promise<Drained & { readonly position: number }> {
  const { data, position } = await world.heard('ReplicaDrained', replicaId);
  return { ...(data as Drained), position };
}

/** A router that somebody else runs: a row, which beats no more from then on. */
const router = (id: string, position: number, secondsAgo: number): Promise<unknown> =>
  queryRows(
    world.database,
    `insert into routers (id, kind, host, pid, position, beat_at)
     values ('${id}', 'gateway', 'h', 1, ${position}, now() - make_interval(secs => ${secondsAgo}))`,
  );

test('without a router nothing is waited for', async () => {
  await world.ready('a-0', 1);
  await world.stopping('a-0');
  expect(await drained('a-0')).toMatchObject({ acknowledged: [], unheard: [], cutOff: 0 });
});

test('a replica stops when its last request is answered; who comes meanwhile goes elsewhere', async () => {
  await using one = await startUpstream('one');
  await using other = await startUpstream('other');
  await world.ready('b-0', one.port);
  await using gateway = await followingGateway(world);
  const url = (path: string): string => `${gateway.url}${path}`;
  const host = atHost('depl-web.localhost');
  const slow = ask(url('/hold'), host);
  await within(5_000, 'the request at the replica', one.held());
  const readyAt = await world.ready('b-1', other.port);
  const stoppingAt = await world.stopping('b-0');
  // What takes its place was routed before: whoever knows the one knows the other.
  expect(readyAt).toBeLessThan(stoppingAt);
  await until('the router has let go of it', 5_000, async () => {
    const [row] = await queryRows(world.database, 'select in_flight from routers');
    return JSON.stringify(row?.['in_flight']) === '{"b-0/1":1}';
  });
  expect(await told(url('/'), host)).toMatchObject({ name: 'other' });
  const before = await world.store.read({
    after: 0,
    limit: 1_000,
    filter: { types: ['ReplicaDrained'], entity: 'b-0' },
  });
  expect(before).toEqual([]);
  one.release();
  expect(await slow).toMatchObject({ status: 200, text: 'one' });
  expect(await drained('b-0')).toMatchObject({ acknowledged: [gateway.id], unheard: [], cutOff: 0 });
  await world.stopping('b-1');
});

test('when the time for its requests is over, it is stopped all the same, and they are counted', async () => {
  await using one = await startUpstream('one');
  await world.ready('c-0', one.port);
  await using gateway = await followingGateway(world);
  const asked = ask(`${gateway.url}/hold`, atHost('depl-web.localhost'));
  await within(5_000, 'the request at the replica', one.held());
  await world.stopping('c-0', 1);
  const event = await drained('c-0');
  expect(event).toMatchObject({ acknowledged: [gateway.id], cutOff: 1 });
  expect(event.milliseconds).toBeGreaterThanOrEqual(1_000);
  expect(event.milliseconds).toBeLessThan(3_000);
  one.release();
  await asked;
});

test('a router that is silent past its lease is not waited for, one within it is', async () => {
  await world.ready('d-0', 1);
  const position = await world.stopping('d-0', 0);
  await drained('d-0');
  await router('rtr_gone', position - 1, 3_600);
  // A second and a half of its lease are left.
  await router('rtr_late', position - 1, 3.5);
  await world.ready('d-1', 1);
  await world.stopping('d-1', 0);
  const { unheard, milliseconds } = await drained('d-1');
  expect(unheard).toEqual([
    { router: 'rtr_gone', why: 'silent' },
    { router: 'rtr_late', why: 'silent' },
  ]);
  expect(milliseconds).toBeGreaterThan(500);
  expect(milliseconds).toBeLessThan(5_000);
});

test('of a node that is lost nothing is waited for', async () => {
  await router('rtr_behind', 0, 0);
  await world.ready('e-0', 1);
  await world.node('lost');
  await world.stopping('e-0');
  const { unheard, milliseconds } = await drained('e-0');
  await world.node('ready');
  expect(unheard).toEqual([{ router: 'rtr_behind', why: 'nothing reaches the replica any more' }]);
  expect(milliseconds).toBeLessThan(1_000);
});

test('when the worker that waits dies, another one goes on', async () => {
  await router('rtr_late', 0, 0);
  await world.ready('f-0', 1);
  await world.stopping('f-0');
  await using _heir = await drainingWorker(world);
  await worker[Symbol.asyncDispose]();
  await queryRows(world.database, "update routers set position = 1000000, beat_at = now() where id = 'rtr_late'");
  expect(await drained('f-0')).toMatchObject({ acknowledged: ['rtr_late'], cutOff: 0 });
});
