import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { decodeJwt } from 'jose';

import type { Client } from '../../src/api/client.ts';
import type { Token } from '../../src/api/contract/user-schemas.ts';
import { systemClock } from '../../src/clock.ts';
import { sql } from '../../src/postgres/database.ts';
import { GRANTS_BELIEVED_MS } from '../../src/services/user/access-book.ts';
import { openUserService } from '../../src/services/user/service.ts';
import { ADMIN, testApi, type TestApi } from '../support/api.ts';
import { everyColumn } from '../support/every-column.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api[Symbol.asyncDispose]());

type Sent = ReturnType<TestApi['send']>;
const post = (path: string, body: object, token?: string): Sent =>
  api.send('POST', path, { body: JSON.stringify(body), ...(token === undefined ? {} : { token }) });
const login = (body: object): Sent => post('/user-svc/login', body);
const tokenOf = async (body: object): Promise<Token> => {
  const answer = await login(body);
  expect(answer.status).toBe(200);
  return (answer.json as { token: Token }).token;
};
const isGood = async (token: string): Promise<boolean> => (await post('/user-svc/self', {}, token)).status === 200;
const eventsOf = async (userId: string): Promise<readonly unknown[]> =>
  (await api.store.read({ after: 0, limit: 1000, stream: `user/${userId}` })).map(({ type, data }) => [type, data]);

describe('login', () => {
  const account = { slug: 'by-contact', password: 'contact-password', contact: 'joe@shop.example' };
  beforeAll(async () => {
    await api.anybody.call('register', { body: { ...account, appHost: 'unnamed' } });
  });

  test('takes a contact for a slug: as a text, and as an object', async () => {
    const { password } = account;
    for (const contact of ['joe@shop.example', { id: 'joe@shop.example', platform: 'email', otpCode: '1' }]) {
      expect(decodeJwt((await tokenOf({ contact, password })).token)['1sl']).toBe('by-contact');
    }
    for (const body of [
      { contact: 'nobody@shop.example', password },
      { contact: 'joe@shop.example', password: 'wrong' },
    ]) {
      const answer = await login(body);
      expect([answer.status, answer.reason]).toEqual([401, 'Invalid Password']);
    }
  });

  test('ignores what it does not need: one-time passwords, and a contact beside a slug', async () => {
    const { token } = await tokenOf({ ...ADMIN, totpCode: '123456', contact: 'joe@shop.example' });
    expect(decodeJwt(token)['1sl']).toBe('1backend');
  });

  test('makes the app also when it fails', async () => {
    const appHost = 'failed.example';
    expect((await login({ slug: 'by-contact', password: 'wrong', appHost })).status).toBe(401);
    const { token } = await tokenOf({ slug: 'by-contact', password: account.password });
    const found = await post('/user-svc/apps', { host: [appHost] }, token);
    expect(found.json).toEqual({ apps: [{ id: expect.stringMatching(/^app_/), host: appHost }] });
    expect((await post('/user-svc/apps', {}, token)).status).toBe(401);
    expect((await post('/user-svc/apps', {}, api.adminToken)).status).toBe(200);
  });

  test('a contact belongs to one account', async () => {
    const second = await post('/user-svc/register', { ...account, slug: 'second-owner' });
    expect([second.status, second.json]).toMatchObject([409, { error: expect.stringContaining('joe@shop.example') }]);
    const other = { slug: 'spaced', password: 'long enough', contact: { id: 'a b' } };
    const spaced = await post('/user-svc/register', other);
    expect([spaced.status, spaced.json]).toMatchObject([400, { problems: [{ field: 'contact.id' }] }]);
    const { token } = await tokenOf({ slug: 'by-contact', password: account.password });
    expect((await post('/user-svc/self', { countTokens: true }, token)).json).toMatchObject({
      contacts: [{ id: 'joe@shop.example', platform: 'email', handle: 'joe@shop.example', verified: false }],
      tokenCount: 1,
    });
  });
});

describe('a password', () => {
  test('is changed by who knows it; every other token is worthless, the one that asked goes on', async () => {
    const { token: one, userId } = (
      (await post('/user-svc/register', { slug: 'changer', password: 'first-password', device: 'one' })).json as {
        token: Token;
      }
    ).token;
    const { token: two } = await tokenOf({ slug: 'changer', password: 'first-password', device: 'two' });
    const change = (currentPassword: string, newPassword: string): Sent =>
      post('/user-svc/change-password', { currentPassword, newPassword }, one);
    expect((await change('wrong-password', 'second-password')).status).toBe(401);
    expect((await change('first-password', 'short')).json).toMatchObject({ problems: [{ field: 'newPassword' }] });
    const changed = await change('first-password', 'second-password');
    expect([changed.status, changed.text]).toEqual([200, '{}']);
    expect([await isGood(one), await isGood(two)]).toEqual([true, false]);
    expect((await login({ slug: 'changer', password: 'first-password' })).status).toBe(401);
    expect((await login({ slug: 'changer', password: 'second-password' })).status).toBe(200);
    expect((await eventsOf(userId)).slice(1)).toEqual([
      ['PasswordChanged', { userId }],
      ['TokensRevoked', { userId, kept: decodeJwt(one).jti }],
    ]);
    const everything = await everyColumn(api.database);
    for (const secret of ['first-password', 'second-password', one, two]) expect(everything).not.toContain(secret);
  });

  test('is guessed five times a minute, and not in the wake of a change', async () => {
    const client = await api.register('guesser');
    const tries = await Promise.all(
      Array.from({ length: 7 }, () =>
        client
          .call('changePassword', { body: { currentPassword: 'wrong', newPassword: 'new-password' } })
          .catch((error: unknown) => (error as { status: number }).status),
      ),
    );
    expect(tries.toSorted((a, b) => Number(a) - Number(b))).toEqual([401, 401, 401, 401, 401, 429, 429]);
  });

  test('of two changes at once one wins', async () => {
    const client = await api.register('twice');
    const change = async (newPassword: string): Promise<number> =>
      client
        .call('changePassword', { body: { currentPassword: 'twice-password', newPassword } })
        .then(({ status }) => status)
        .catch((error: unknown) => (error as { status: number }).status);
    const statuses = await Promise.all([change('password-one'), change('password-two')]);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    const winner = statuses[0] === 200 ? 'password-one' : 'password-two';
    expect((await login({ slug: 'twice', password: winner })).status).toBe(200);
  });
});

describe('a token', () => {
  test('is exchanged for one of another app and another device; it goes on itself', async () => {
    const client = await api.register('exchanger');
    const { body } = await client.call('exchangeToken', { body: { newAppHost: 'new.example', newDevice: 'phone' } });
    expect(body.token).toMatchObject({ device: 'phone', app: { host: 'new.example' } });
    expect(decodeJwt(body.token.token)).toMatchObject({ '1sl': 'exchanger', '1de': 'phone', '1ai': body.token.appId });
    expect(await isGood(body.token.token)).toBe(true);
    await client.call('readSelf', { body: {} });
    const { body: byId } = await client.call('exchangeToken', { body: { newAppId: body.token.appId } });
    expect(byId.token).toMatchObject({ device: 'unknown', appId: body.token.appId });
    for (const [wrong, status] of [
      [{ newAppId: 'app_nothing' }, 404],
      [{ newAppId: body.token.appId, newAppHost: 'other.example' }, 400],
      [{ newDevice: 'x'.repeat(256) }, 400],
    ] as const) {
      await expect(client.call('exchangeToken', { body: wrong })).rejects.toMatchObject({ status });
    }
  });

  test('that is revoked leaves an event; who may revoke those of others is a permission', async () => {
    const [helper, lost] = [await api.register('helpdesk'), await api.register('lost')];
    const { body: self } = await lost.call('readSelf', { body: {} });
    const revoke = (client: Client, body: object): Promise<unknown> => client.call('revokeTokens', { body });
    await expect(revoke(helper, { userId: self.user.id })).rejects.toMatchObject({ status: 401 });
    await api.admin.call('savePermits', {
      body: { permits: [{ permission: 'user-svc:token:revoke', slugs: ['helpdesk'] }] },
    });
    await revoke(helper, { userId: self.user.id, allTokens: true });
    await expect(lost.call('readSelf', { body: {} })).rejects.toMatchObject({ status: 401 });
    expect((await eventsOf(self.user.id)).at(-1)).toEqual(['TokensRevoked', { userId: self.user.id }]);
    await expect(revoke(helper, { userId: 'usr_nobody' })).rejects.toMatchObject({ status: 404 });
  });
});

describe('another process', () => {
  test('knows of what was granted, taken back and revoked within a second', async () => {
    const client = await api.register('elsewhere');
    const { token } = await tokenOf({ slug: 'elsewhere', password: 'elsewhere-password', device: 'there' });
    const other = await openUserService({
      db: api.database.db,
      store: api.another(),
      clock: systemClock,
      admin: ADMIN,
    });
    const permitted = async (): Promise<readonly string[]> => (await other.authenticate(token)).permitted;
    expect(await permitted()).toEqual([]);
    const within = { timeout: GRANTS_BELIEVED_MS + 500, interval: 25 };

    const permits = [{ id: 'there', permission: 'elsewhere-svc:a:b', slugs: ['elsewhere'] }];
    await api.admin.call('savePermits', { body: { permits } });
    await expect.poll(permitted, within).toEqual(['elsewhere-svc:a:b']);
    await api.admin.call('removePermits', { body: { ids: ['there'] } });
    await expect.poll(permitted, within).toEqual([]);
    await client.call('revokeTokens', { body: { device: 'there' } });
    await expect.poll(() => permitted().then(String, String), within).toContain('revoked');
  });

  test('that cannot ask lets nobody in on what it remembers', async () => {
    const client = await api.register('remembered');
    await client.call('readSelf', { body: {} });
    await sql`alter table permits rename to permits_away`.execute(api.database.db);
    try {
      api.users.forget();
      await expect(client.call('readSelf', { body: {} })).rejects.toMatchObject({ status: 500 });
    } finally {
      await sql`alter table permits_away rename to permits`.execute(api.database.db);
    }
    expect((await client.call('readSelf', { body: {} })).status).toBe(200);
    expect(api.errors.splice(0)).toHaveLength(1);
  });
});

describe('accounts', () => {
  const list = async (body: object, client = api.admin): Promise<{ slugs: string[]; after: string; count: number }> => {
    const answer = (await client.call('listUsers', { body })).body;
    return { slugs: answer.users.map(({ slug }) => slug), after: answer.after, count: answer.count };
  };

  test('are listed with their roles and contacts to who may see them', async () => {
    const client = await api.register('listed');
    await expect(list({}, client)).rejects.toMatchObject({ status: 401 });
    const userId = (await client.call('readSelf', { body: {} })).body.user.id;
    await api.admin.call('saveEnrolls', { body: { enrolls: [{ role: 'list-svc:r', userId }] } });
    const { body } = await api.admin.call('listUsers', { body: { ids: [userId] } });
    expect(body.users).toEqual([
      {
        id: userId,
        slug: 'listed',
        roles: ['user-svc:user', 'list-svc:r'],
        contactIds: [],
        createdAt: expect.stringMatching(/Z$/),
        updatedAt: expect.stringMatching(/Z$/),
      },
    ]);
  });

  test('are found by slug, by name and by contact, as they are', async () => {
    const body = { slug: 'findable', password: 'long enough', name: 'Fin Dable', contact: 'fin@shop.example' };
    await api.anybody.call('register', { body });
    for (const query of [
      { search: 'findable' },
      { search: 'Fin Dable' },
      { search: 'fin@shop.example' },
      { contactId: 'fin@shop.example' },
      { contactIds: ['fin@shop.example'] },
    ]) {
      expect(await list(query)).toMatchObject({ slugs: ['findable'], count: 1 });
    }
    expect(await list({ search: 'find' })).toEqual({ slugs: [], after: '', count: 0 });
  });

  test('come page by page, each once, in either order', async () => {
    const all = await list({ order: 'asc' });
    expect(all.slugs[0]).toBe('1backend');
    expect(all.count).toBe(all.slugs.length);
    for (const order of ['asc', 'desc']) {
      const seen: string[] = [];
      for (let afterTime = ''; ;) {
        const page = await list({ order, limit: 2, afterTime });
        if (page.slugs.length === 0) break;
        seen.push(...page.slugs);
        afterTime = page.after;
      }
      expect(seen).toEqual(order === 'asc' ? all.slugs : all.slugs.toReversed());
    }
    const [latest] = (await list({ orderBy: 'updatedAt', limit: 1 })).slugs;
    expect(latest).not.toBe(undefined);
    await expect(list({ afterTime: 'yesterday' })).rejects.toMatchObject({ status: 400 });
  });
});

test('an app is read, and made when it is new', async () => {
  const client = await api.register('app-maker');
  const { body } = await client.call('readApp', { body: { host: 'made.example' } });
  expect(body.app).toEqual({ id: expect.stringMatching(/^app_/), host: 'made.example' });
  expect((await client.call('readApp', { body: { host: 'made.example' } })).body).toEqual(body);
});

test('a permission that was asked for comes with how long the answer may be kept', async () => {
  const { body } = await api.admin.call('hasPermission', { params: { permission: 'user-svc:user:view' } });
  const kept = Date.parse(body.until) - Date.now();
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThanOrEqual(60_000);
});
