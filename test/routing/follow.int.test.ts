import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { createLogger } from '../../src/logger.ts';
import { openDatabase, type Database } from '../../src/postgres/database.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import { Follower } from '../../src/routers/follow.ts';
import { loadTable } from '../../src/routers/load-table.ts';
import { keptTable } from '../../src/routers/table-file.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { openStore } from '../../src/store/postgres-store.ts';
import { openGateway, type OpenGateway } from '../gateway/support.ts';
import { queryRows } from '../support/database.ts';
import { until } from '../support/until.ts';
import { openWire, type Wire } from '../support/wire.ts';
import { ask, atHost, told } from './client.ts';
import { startUpstream, type Upstream } from './upstream.ts';
import { routingWorld, type RoutingWorld } from './world.ts';

const log = createLogger('silent');
const stack = new AsyncDisposableStack();
let world: RoutingWorld;
let wire: Wire;
let [a, b]: [Upstream, Upstream] = [undefined as never, undefined as never];
let folder: string;
beforeAll(async () => {
  world = stack.use(await routingWorld());
  const { hostname, port } = new URL(world.database.url);
  wire = stack.use(await openWire({ host: hostname, port: Number(port) }));
  a = stack.use(await startUpstream('a'));
  b = stack.use(await startUpstream('b'));
  folder = await mkdtemp(join(tmpdir(), 'routing-'));
  stack.defer(() => rm(folder, { recursive: true }));
});
afterAll(() => stack.disposeAsync());

/** Positions that logs were read from. */
const readFrom: number[] = [];

interface Gate extends AsyncDisposable {
  readonly gateway: OpenGateway;
  readonly follower: Follower;
}

/** A gateway that reaches the database over the wire. */
async function gate(file?: string): Promise<Gate> {
  await using own = new AsyncDisposableStack();
  const wired = new URL(world.database.url);
  wired.host = `127.0.0.1:${wire.port}`;
  const options = { url: wired.href, applicationName: 'gateway', onError: () => undefined };
  const database: Database = own.use(openDatabase(options));
  const effects = async (): Promise<void> => undefined;
  const store: EventStore = own.use(openStore({ database, clock: systemClock, projections: PROJECTIONS, effects }));
  const gateway = own.use(await openGateway());
  const watched: Pick<EventStore, 'snapshot' | 'subscribe'> = {
    snapshot: (read) => store.snapshot(read),
    subscribe(asked) {
      readFrom.push(asked.from);
      return store.subscribe(asked);
    },
  };
  const { router } = gateway;
  const follower = own.use(new Follower({ router, database, store: watched, clock: systemClock, log, file }));
  await follower.start();
  const whole = own.move();
  return { gateway, follower, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}

const asked = ({ gateway }: Gate): ReturnType<typeof told> => told(`${gateway.url}/`, atHost('depl-web.localhost'));

test('a router says that it is there before it lets anybody in, comes along with the log, and takes its leave', async () => {
  await world.ready('a-0', a.port);
  {
    await using one = await gate();
    const rows = () => queryRows(world.database, 'select id, kind, position from routers');
    expect(await rows()).toEqual([
      { id: one.follower.id, kind: 'gateway', position: String(await world.store.head()) },
    ]);
    expect(await asked(one)).toMatchObject({ name: 'a' });
    // The rows are read once, and the log from there: not from its beginning.
    expect(readFrom).toEqual([await world.store.head()]);
    await world.ready('a-1', b.port);
    const position = await world.stopping('a-0');
    await until('the removal is in force', 5_000, async () => one.follower.position >= position);
    expect(await asked(one)).toMatchObject({ name: 'b' });
    await until('it is told', 5_000, async () => Number((await rows())[0]?.['position']) >= position);
  }
  expect(await queryRows(world.database, 'select id from routers')).toEqual([]);
});

test('without the database it routes on, and comes along when it is back', async () => {
  await using one = await gate();
  wire.cut();
  for (let index = 0; index < 20; index += 1) expect(await asked(one)).toMatchObject({ name: 'b' });
  await world.ready('b-0', a.port);
  const position = await world.stopping('a-1');
  expect(await asked(one)).toMatchObject({ name: 'b' });
  wire.mend();
  await until('the removal is in force', 10_000, async () => one.follower.position >= position);
  expect(await asked(one)).toMatchObject({ name: 'a' });
  await until('it beats again', 5_000, async () => {
    const [row] = await queryRows(world.database, `select position from routers where id = '${one.follower.id}'`);
    return Number(row?.['position']) >= position;
  });
});

test('a router that starts without the database routes by the table of the last time, then by the present one', async () => {
  const file = join(folder, 'routing.json');
  {
    await using _first = await gate(file);
  }
  const kept = await keptTable(file);
  expect(kept?.table).toEqual(await loadTable(world.store));
  wire.cut();
  await using second = await gate(file);
  expect(await asked(second)).toMatchObject({ name: 'a' });
  await world.ready('c-0', b.port);
  const position = await world.stopping('b-0');
  wire.mend();
  await until('the removal is in force', 10_000, async () => second.follower.position >= position);
  expect(await asked(second)).toMatchObject({ name: 'b' });
});

test('a table of another log is not believed once its own is there', async () => {
  const file = join(folder, 'other.json');
  {
    await using _first = await gate(file);
  }
  await queryRows(world.database, 'update installation set id = gen_random_uuid()');
  wire.cut();
  await using second = await gate(file);
  wire.mend();
  await until('it beats', 10_000, async () => (await queryRows(world.database, 'select 1 from routers')).length === 1);
  expect(await asked(second)).toMatchObject({ name: 'b' });
});

test('what it has counted is stored by the second', async () => {
  await using one = await gate();
  await asked(one);
  await ask(`${one.gateway.url}/status/500`, atHost('depl-web.localhost'));
  const sums = () =>
    queryRows(
      world.database,
      `select sum(requests)::int as requests, sum(errors)::int as errors from traffic_samples
       where router_id = '${one.follower.id}' and deployment_id = 'depl_web' and revision = 1`,
    );
  await until('they are stored', 5_000, async () => (await sums())[0]?.['requests'] === 2);
  expect(await sums()).toEqual([{ requests: 2, errors: 1 }]);
});
