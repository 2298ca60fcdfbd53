import { afterAll, beforeAll, expect, test } from 'vitest';

import { readRouters } from '../../src/routers/roster.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { queryRows } from '../support/database.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const save = (...routes: { id: string; target: string }[]): ReturnType<TestApi['send']> =>
  api.send('PUT', '/proxy-svc/routes', { token: api.adminToken, body: JSON.stringify({ routes }) });
const list = async (ids?: readonly string[]): Promise<readonly object[]> =>
  (await api.admin.call('listRoutes', { body: ids === undefined ? {} : { ids: [...ids] } })).body.routes;

test('routes are saved, listed, changed and removed', async () => {
  const shop = { id: 'shop.example', target: 'http://10.0.0.7:8080' };
  const admin = { id: 'shop.example/admin', target: 'https://admin.internal/base' };
  const saved = await save(shop, admin);
  const times = { createdAt: expect.stringMatching(/Z$/), updatedAt: expect.stringMatching(/Z$/) };
  expect([saved.status, saved.json]).toEqual([
    200,
    {
      routes: [
        { ...shop, ...times },
        { ...admin, ...times },
      ],
    },
  ]);
  expect(await list(['shop.example/admin'])).toMatchObject([admin]);
  const unchanged = await api.admin.call('saveRoutes', { body: { routes: [shop] } });
  expect(unchanged.position).toBe(undefined);
  await save({ ...shop, target: 'http://10.0.0.8' });
  expect(await list()).toMatchObject([{ id: 'shop.example', target: 'http://10.0.0.8' }, admin]);
  await api.admin.call('removeRoutes', { body: { ids: ['shop.example', 'not.there'] } });
  expect(await list()).toMatchObject([admin]);
  await save(shop);
  expect(await list(['shop.example'])).toMatchObject([shop]);
  const events = await api.store.read({ after: 0, limit: 100, stream: 'route/shop.example' });
  expect(events.map(({ type }) => type)).toEqual(['RouteSaved', 'RouteSaved', 'RouteRemoved', 'RouteSaved']);
});

test.each([
  ['Shop.example', 'http://a', 'routes[0].id', 'nearest: shop.example'],
  ['http://shop.example', 'http://a', 'routes[0].id', 'without it: shop.example'],
  ['shop.example/', 'http://a', 'routes[0].id', 'without it: shop.example'],
  ['shop..example', 'http://a', 'routes[0].id', 'shop.example/admin'],
  ['shop.example//a', 'http://a', 'routes[0].id', 'shop.example/admin'],
  ['shop.example/a?b', 'http://a', 'routes[0].id', 'shop.example/admin'],
  ['', 'http://a', 'routes[0].id', 'shop.example'],
  ['shop.example', '10.0.0.7:8080', 'routes[0].target', 'http://10.0.0.7:8080'],
  ['shop.example', 'ftp://a', 'routes[0].target', 'http://10.0.0.7:8080'],
  ['shop.example', 'http://u:hunter2@a', 'routes[0].target', 'leave them out'],
  ['shop.example', 'http://a?b', 'routes[0].target', 'http://10.0.0.7:8080'],
])('the route %j to %j is refused with the nearest valid form', async (id, target, field, hint) => {
  const answer = await save({ id: 'fine.example', target: 'http://fine' }, { id, target }).then(async (both) =>
    both.status === 400 ? save({ id, target }) : both,
  );
  expect([answer.status, answer.json]).toMatchObject([
    400,
    { problems: [{ field, hint: expect.stringContaining(hint) }] },
  ]);
  expect(answer.text).not.toContain('hunter2');
  expect(await list(['fine.example'])).toEqual([]);
});

test('hosts with ports, single names and paths with escapes are routes', async () => {
  const ids = ['localhost:8080', 'test.localhost', 'x/app/v1.2/%C3%A9'];
  expect((await save(...ids.map((id) => ({ id, target: 'http://a:1/b' })))).status).toBe(200);
  expect(await list(ids)).toHaveLength(3);
  const twice = await save({ id: 'a.b', target: 'http://a' }, { id: 'a.b', target: 'http://b' });
  expect([twice.status, twice.json]).toMatchObject([400, { problems: [{ message: 'lists a.b twice' }] }]);
});

test('there are no certificates; routes and certificates are the administrator’s, or of who is permitted', async () => {
  const certs = await api.send('POST', '/proxy-svc/certs', { token: api.adminToken });
  expect([certs.status, certs.text]).toEqual([200, '{"certs":[]}']);
  const client = await api.register('edge');
  await expect(client.call('listRoutes', { body: {} })).rejects.toMatchObject({ status: 401 });
  const permits = [{ permission: 'proxy-svc:route:view', slugs: ['edge'] }];
  await api.admin.call('savePermits', { body: { permits } });
  expect((await client.call('listRoutes', { body: {} })).status).toBe(200);
  await expect(client.call('saveRoutes', { body: { routes: [] } })).rejects.toMatchObject({ status: 401 });
});

test('a poll of Traefik gets the routes; the next one, when it had the time to use them, acknowledges their position', async () => {
  const poll = () => api.admin.call('traefikConfiguration', { query: { id: 'edge', interval: 5 } });
  await save({ id: 'traefik.example', target: 'http://10.0.0.9:81/base' });
  const head = await api.store.head();
  const first = await poll();
  expect(first.position).toBe(head);
  expect(Object.values(first.body.http.routers ?? {})).toContainEqual(
    expect.objectContaining({ rule: 'Host(`traefik.example`)' }),
  );
  const row = async () => (await readRouters(api.database.db)).find(({ id }) => id === 'traefik-edge');
  expect(await row()).toMatchObject({ kind: 'traefik', position: 0, alive: true, blind: true });
  // It has read the answer, and may not have it in force.
  await poll();
  expect(await row()).toMatchObject({ position: 0 });
  const earlier = `jsonb_build_array(jsonb_build_object('position', ${head}, 'at', extract(epoch from now()) - 4))`;
  await queryRows(api.database, `update routers set offers = ${earlier} where id = 'traefik-edge'`);
  await poll();
  expect(await row()).toMatchObject({ position: head });
  // It is waited for as long as it may be silent: three of its intervals.
  await queryRows(api.database, `update routers set beat_at = now() - interval '14 seconds'`);
  expect(await row()).toMatchObject({ alive: true });
  await queryRows(api.database, `update routers set beat_at = now() - interval '16 seconds'`);
  expect(await row()).toMatchObject({ alive: false });
});
