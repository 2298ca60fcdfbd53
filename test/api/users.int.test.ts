import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { decodeJwt, decodeProtectedHeader, importPKCS8, importSPKI, jwtVerify, SignJWT } from 'jose';

import type { Token } from '../../src/api/contract/user-schemas.ts';
import type { Clock } from '../../src/clock.ts';
import { createClient } from '../../src/api/client.ts';
import { systemClock } from '../../src/clock.ts';
import { sql } from '../../src/postgres/database.ts';
import { openUserService } from '../../src/services/user/service.ts';
import { ADMIN, testApi, type TestApi } from '../support/api.ts';

/** Ahead of the real time by so many milliseconds. */
let ahead = 0;
const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + ahead) };

let api: TestApi;
beforeAll(async () => {
  api = await testApi({ clock, tokenLifeSeconds: 300 });
});
afterAll(() => api[Symbol.asyncDispose]());

const login = (body: object): ReturnType<TestApi['send']> =>
  api.send('POST', '/user-svc/login', { body: JSON.stringify(body) });
const tokenOf = async (body: object): Promise<Token> => ((await login(body)).json as { token: Token }).token;
const self = (token: string): ReturnType<TestApi['send']> => api.send('POST', '/user-svc/self', { token });

const statusesOf = (answers: readonly { readonly status: number }[]): number[] =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b);

describe('login', () => {
  test('gives a JWT with the contract claims that the public key verifies', async () => {
    const { token, id, userId, appId } = await tokenOf({ ...ADMIN, appHost: 'unnamed', device: 'cli' });
    const { body } = await api.anybody.call('publicKey', {});
    expect(body.publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    const { payload } = await jwtVerify(token, await importSPKI(body.publicKey, 'RS256'), { algorithms: ['RS256'] });
    expect(payload).toMatchObject({ '1ui': userId, '1ai': appId, '1sl': '1backend', '1de': 'cli', jti: id });
    expect(payload['1ro']).toEqual(['user-svc:user', 'user-svc:admin']);
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300);
    expect(decodeProtectedHeader(token).alg).toBe('RS256');
  });

  test('again from the same place gives the same token, from elsewhere another', async () => {
    const one = await tokenOf({ ...ADMIN, device: 'd1' });
    expect(one.app.host).toBe('unnamed');
    expect((await tokenOf({ ...ADMIN, device: 'd1' })).token).toBe(one.token);
    expect((await tokenOf({ ...ADMIN, device: 'd2' })).token).not.toBe(one.token);
    expect((await tokenOf({ ...ADMIN, device: 'd1', appHost: 'other.app' })).appId).not.toBe(one.appId);
  });

  test('the database holds no token and no password', async () => {
    const { token } = await tokenOf({ ...ADMIN, device: 'searched' });
    const signature = token.split('.')[2] ?? '';
    const { rows } = await sql<{ found: string }>`
      select t::text as found from tokens t union all select c::text from credentials c union all select e::text from events e
    `.execute(api.database.db);
    const everything = rows.map(({ found }) => found).join('\n');
    expect(everything).toContain('argon2id$v=19$m=19456,t=2,p=1$');
    expect(everything).not.toContain(signature);
    expect(everything).not.toContain(ADMIN.password);
  });

  test('with a wrong password and with an unknown slug fails alike', async () => {
    for (const body of [
      { slug: '1backend', password: 'wrong' },
      { slug: 'nobody-here', password: 'wrong' },
    ]) {
      const answer = await login(body);
      expect([answer.status, answer.reason, answer.json]).toMatchObject([
        401,
        'Invalid Password',
        { error: 'Invalid Password' },
      ]);
    }
    const empty = await login({ slug: '1backend', password: '' });
    expect([empty.status, empty.json]).toMatchObject([
      400,
      { problems: [{ field: 'password', message: 'is required' }] },
    ]);
  });

  test('is limited to five failures a minute per account, even all at once', async () => {
    await api.register('guessed');
    const tries = await Promise.all(Array.from({ length: 8 }, () => login({ slug: 'guessed', password: 'wrong' })));
    expect(statusesOf(tries)).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const limited = await login({ slug: 'guessed', password: 'guessed-password' });
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(50);
    expect((await login(ADMIN)).status).toBe(200);
  });

  test('that succeeds does not count', async () => {
    const statuses = await Promise.all(Array.from({ length: 4 }, () => login(ADMIN)));
    const more = await Promise.all(Array.from({ length: 4 }, () => login(ADMIN)));
    expect([...statuses, ...more].map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
  });
});

describe('register', () => {
  const register = (body: object): ReturnType<TestApi['send']> =>
    api.send('POST', '/user-svc/register', { body: JSON.stringify(body) });

  test('makes a plain account; login right after gives the same token', async () => {
    const answer = await register({ slug: 'new-one', name: 'New One', password: 'long enough', appHost: 'unnamed' });
    const { token } = (answer.json as { token: Token }).token;
    expect(answer.status).toBe(200);
    expect((await tokenOf({ slug: 'new-one', password: 'long enough' })).token).toBe(token);
    const client = createClient({ baseUrl: api.url, token });
    const { body } = await client.call('readSelf', { body: {} });
    expect(body).toMatchObject({ user: { slug: 'new-one', name: 'New One' }, roles: ['user-svc:user'], tokenCount: 1 });
  });

  test.each([
    ['Upper', 'slug'],
    ['two--dashes', 'slug'],
    ['-first', 'slug'],
    ['', 'slug'],
  ])('refuses the slug %j', async (slug, field) => {
    const answer = await register({ slug, password: 'long enough' });
    expect([answer.status, answer.json]).toMatchObject([400, { problems: [{ field }] }]);
  });

  test('refuses short passwords without showing them', async () => {
    const answer = await register({ slug: 'short', password: 'hunter2' });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('hunter2');
  });

  test('a taken slug, a reserved one, and the administrator are conflicts; of many at once one wins', async () => {
    for (const slug of ['1backend', 'deploy-svc']) {
      expect((await register({ slug, password: 'long enough' })).status).toBe(409);
    }
    const many = await Promise.all(
      Array.from({ length: 5 }, (_, n) => register({ slug: 'raced', password: `password-${n}` })),
    );
    expect(statusesOf(many)).toEqual([200, 409, 409, 409, 409]);
    const winner = many.findIndex(({ status }) => status === 200);
    expect((await login({ slug: 'raced', password: `password-${winner}` })).status).toBe(200);
  });

  test('an account whose registration broke off before its password was stored can be registered again', async () => {
    await api.register('broken-off');
    await sql`delete from credentials where user_id = (select id from users where slug = 'broken-off')`.execute(
      api.database.db,
    );
    // Readers pass, whoever stores a password waits: all four find the account without one.
    const gate = await api.database.connect('gate');
    await gate.query('begin; lock table credentials in share row exclusive mode');
    const tries = Array.from({ length: 4 }, (_, n) => register({ slug: 'broken-off', password: `second try ${n}` }));
    const waiting = `select count(*)::int from pg_locks where not granted and relation = 'credentials'::regclass`;
    await expect.poll(async () => (await gate.query(waiting)).rows[0], { timeout: 10_000 }).toEqual({ count: 4 });
    await gate.query('commit');
    await gate.end();
    const answers = await Promise.all(tries);
    expect(statusesOf(answers)).toEqual([200, 409, 409, 409]);
    const winner = answers.findIndex(({ status }) => status === 200);
    expect((await login({ slug: 'broken-off', password: `second try ${winner}` })).status).toBe(200);
  });
});

describe('tokens', () => {
  test('that have expired are refreshed silently as long as the session lasts, then refused', async () => {
    const { token } = await tokenOf({ ...ADMIN, device: 'traveller' });
    try {
      ahead = 3_600_000;
      api.users.forget();
      expect((await self(token)).status).toBe(200);
      const fresh = await api.send('POST', '/user-svc/refresh-token', { token });
      const renewed = (fresh.json as { token: Token }).token;
      expect(renewed.token).not.toBe(token);
      expect(Number(decodeJwt(renewed.token).exp) * 1000).toBeGreaterThan(clock.now().getTime());
      ahead += 31 * 86_400_000;
      api.users.forget();
      const late = await self(token);
      expect([late.status, late.json]).toMatchObject([401, { error: expect.stringContaining('session has expired') }]);
    } finally {
      ahead = 0;
      api.users.forget();
    }
  });

  test('that are revoked are refused at once, and log in gives others', async () => {
    const { token } = await tokenOf({ ...ADMIN, device: 'lost-phone' });
    const { token: kept } = await tokenOf({ ...ADMIN, device: 'kept-phone' });
    expect((await self(token)).status).toBe(200);
    const revoked = await api.send('DELETE', '/user-svc/tokens', { token: kept, body: '{"device":"lost-phone"}' });
    expect([revoked.status, revoked.text]).toEqual([200, '{}']);
    expect((await self(token)).status).toBe(401);
    expect((await self(kept)).status).toBe(200);
    expect((await tokenOf({ ...ADMIN, device: 'lost-phone' })).token).not.toBe(token);
  });

  test('of others are the administrator to revoke alone', async () => {
    const client = await api.register('revoker');
    const { body } = await api.admin.call('readSelf', { body: {} });
    await expect(client.call('revokeTokens', { body: { userId: body.user.id } })).rejects.toMatchObject({
      status: 401,
    });
    expect((await self(api.adminToken)).status).toBe(200);
  });

  test('do not pile up: a device keeps ten', async () => {
    const client = await api.register('refresher');
    for (let round = 0; round < 12; round += 1) await client.call('refreshToken', {}).catch(() => undefined);
    const { rows } = await sql<{ count: string }>`
      select count(*) from tokens where user_id = (select id from users where slug = 'refresher')
    `.execute(api.database.db);
    expect(Number(rows[0]?.count)).toBe(10);
  });

  test('with another content under our key id, or signed with another algorithm, are refused', async () => {
    const [head = '', , signature = ''] = api.adminToken.split('.');
    const forged = Buffer.from(JSON.stringify({ ...decodeJwt(api.adminToken), '1sl': 'other' })).toString('base64url');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const token of [`${head}.${forged}.${signature}`, `${none}.${forged}.`, 'a.b.c', 'x', '\u00e9']) {
      const answer = await self(token);
      expect([answer.status, answer.json]).toMatchObject([401, { error: 'Unauthorized: failed to parse JWT' }]);
    }
    expect(api.errors).toEqual([]);
  });
});

test('a stolen signing key makes no token: those that were given out are known by their hash', async () => {
  const { rows } = await sql<{ id: string; private_pem: string }>`select id, private_pem from signing_keys`.execute(
    api.database.db,
  );
  const key = await importPKCS8(rows[0]?.private_pem ?? '', 'RS256');
  const claims = { ...decodeJwt(api.adminToken), '1de': 'elsewhere' };
  const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: rows[0]?.id ?? '' }).sign(key);
  const answer = await self(forged);
  expect([answer.status, answer.json]).toMatchObject([401, { error: expect.stringContaining('revoked or unknown') }]);
});

describe('permissions asked for', () => {
  const has = (permission: string, token?: string): ReturnType<TestApi['send']> =>
    api.send('POST', `/user-svc/self/has/${permission}`, token === undefined ? {} : { token });

  test('are answered with 200 either way, and with 422 without a token', async () => {
    const held = await has('deploy-svc%3Adeployment%3Aview', api.adminToken);
    expect([held.status, held.json]).toMatchObject([
      200,
      { authorized: true, user: { slug: '1backend' }, app: { host: 'unnamed' } },
    ]);
    const denied = await has('no:such:permission', api.adminToken);
    expect([denied.status, denied.json]).toMatchObject([200, { authorized: false, user: { slug: '1backend' } }]);
    expect((await has('a:b:c')).status).toBe(422);
    expect((await has('%20', api.adminToken)).status).toBe(400);
  });
});

test('a second start finds the key and the administrator, and leaves a changed password alone', async () => {
  const { database, store } = api;
  const head = await store.head();
  const second = await openUserService({ db: database.db, store, clock, admin: { ...ADMIN, password: 'another one' } });
  expect(await store.head()).toBe(head);
  expect(await second.authenticate(api.adminToken)).toMatchObject({ slug: '1backend' });
  expect((await login(ADMIN)).status).toBe(200);
});
