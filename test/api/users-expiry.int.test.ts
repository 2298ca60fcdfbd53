import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';

import { systemClock, type Clock } from '../../src/clock.ts';
import { ADMIN, testApi, type TestApi } from '../support/api.ts';

/** Ahead of the real time by so many milliseconds. */
let ahead = 0;
const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + ahead) };

const has = async (api: TestApi, token: string): Promise<unknown> =>
  (await api.send('POST', '/user-svc/self/has/user-svc:user:view', { token })).status;

test('without sessions an expired token is refused everywhere; a login gives another with a fresh expiry', async () => {
  ahead = 0;
  await using api = await testApi({ clock, tokenLifeSeconds: 300, sessionLifeSeconds: 0 });
  expect([await has(api, api.adminToken), await has(api, api.adminToken)]).toEqual([200, 200]);
  ahead = 301_000;
  api.users.forget();
  expect(await has(api, api.adminToken)).toBe(401);
  expect((await api.send('POST', '/user-svc/refresh-token', { token: api.adminToken })).status).toBe(401);
  const { body } = await api.anybody.call('login', { body: ADMIN });
  expect(body.token.token).not.toBe(api.adminToken);
  expect(Number(decodeJwt(body.token.token).exp) * 1000).toBeGreaterThan(clock.now().getTime());
  expect(await has(api, body.token.token)).toBe(200);
});

test('a token is believed no longer than it is good', async () => {
  ahead = 0;
  await using api = await testApi({ clock, tokenLifeSeconds: 2, sessionLifeSeconds: 0 });
  const { body } = await api.anybody.call('login', { body: { ...ADMIN, device: 'short' } });
  expect(await has(api, body.token.token)).toBe(200);
  await expect.poll(() => has(api, body.token.token), { timeout: 4_000, interval: 50 }).toBe(401);
});

test('with sessions a list of instances goes on after the token has expired', async () => {
  ahead = 0;
  await using api = await testApi({ clock, tokenLifeSeconds: 300, sessionLifeSeconds: 3_600 });
  const client = await api.register('lister');
  await client.call('registerInstance', { body: { url: 'http://10.0.0.1:80' } });
  ahead = 400_000;
  api.users.forget();
  const { body } = await client.call('listInstances', { query: {} });
  expect(body.instances.map(({ url }) => url)).toEqual(['http://10.0.0.1:80']);
});
