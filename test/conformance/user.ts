import { createPublicKey } from 'node:crypto';

import { jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';

import { ADMIN } from '../support/api.ts';
import { authorizedBy, type Client, refusalOf } from './client.ts';
import type { Given } from './given.ts';

interface Token {
  readonly token: {
    readonly id: string;
    readonly token: string;
    readonly userId: string;
    readonly appId: string;
    readonly app: { readonly id: string; readonly host: string };
  };
}
interface Permits {
  readonly permits: readonly { readonly id: string; readonly permission: string; readonly slugs: readonly string[] }[];
}
interface Users {
  readonly users: readonly { readonly id: string; readonly slug: string; readonly roles: readonly string[] }[];
}

const PASSWORD = 'a good password';

/** A new account and a client with its key. */
async function account(
  admin: Client<'0.9'>,
  slug: string,
): Promise<{ readonly token: Token['token']; readonly client: Client<'0.9'> }> {
  const body = { appHost: 'unnamed', slug, password: PASSWORD, device: 'conformance' };
  const { token } = await admin.with(undefined).call<Token>('UserSvcApi.register', { body });
  return { token, client: admin.with(`Bearer ${token.token}`) };
}

/** User Svc as the current version asks it. */
export function userTests(given: () => Given): void {
  const admin = (): Client<'0.9'> => given().clients['0.9'];

  describe('UserSvcApi: accounts', () => {
    test('register, login, getPublicKey: the key proves the token', async () => {
      const anybody = admin().with(undefined);
      const { token } = await account(admin(), 'joe');
      const body = { appHost: 'unnamed', slug: 'joe', password: PASSWORD, device: 'elsewhere', totpCode: '123456' };
      const login = await anybody.call<Token>('UserSvcApi.login', { body });
      expect(login.token).toMatchObject({ userId: token.userId, device: 'elsewhere', app: { host: 'unnamed' } });
      const { publicKey } = await anybody.call<{ publicKey: string }>('UserSvcApi.getPublicKey');
      const { payload } = await jwtVerify(login.token.token, createPublicKey(publicKey));
      expect(payload).toMatchObject({ '1ui': token.userId, '1sl': 'joe', '1ro': ['user-svc:user'] });
      const wrong = await refusalOf(
        anybody,
        anybody.call('UserSvcApi.login', { body: { ...body, password: 'wrong' } }),
      );
      expect(wrong).toMatchObject({ status: 401, reason: wrong.error });
      const taken = await refusalOf(anybody, anybody.call('UserSvcApi.register', { body }));
      expect(taken.status).toBe(409);
    });

    test('readSelf without a body and with the number of tokens', async () => {
      const { client } = await account(admin(), 'self');
      expect(await client.call('UserSvcApi.readSelf')).toMatchObject({
        user: { slug: 'self' },
        roles: ['user-svc:user'],
      });
      const counted = await client.call('UserSvcApi.readSelf', { body: { countTokens: true } });
      expect(counted).toMatchObject({ tokenCount: 1 });
    });

    test('listUsers: all, by id, and what is searched for', async () => {
      const { token, client } = await account(admin(), 'listed');
      const all = await admin().call<Users>('UserSvcApi.listUsers');
      expect(all.users.map(({ slug }) => slug)).toEqual(expect.arrayContaining([ADMIN.slug, 'listed']));
      const body = { ids: [token.userId], count: true };
      expect(await admin().call<Users>('UserSvcApi.listUsers', { body })).toMatchObject({
        users: [{ id: token.userId, slug: 'listed' }],
        count: 1,
      });
      const found = await admin().call<Users>('UserSvcApi.listUsers', { body: { search: 'listed' } });
      expect(found.users.map(({ slug }) => slug)).toEqual(['listed']);
      expect((await refusalOf(client, client.call('UserSvcApi.listUsers'))).status).toBe(401);
    });

    test('listApps by id and by host; readApp makes the one that is not there', async () => {
      const made = await admin().call<{ app: { id: string; host: string } }>('UserSvcApi.readApp', {
        body: { host: 'shop.example.com' },
      });
      expect(made.app).toMatchObject({ id: expect.stringMatching(/^app_/), host: 'shop.example.com' });
      expect(await admin().call('UserSvcApi.readApp', { body: { host: 'shop.example.com' } })).toEqual(made);
      for (const body of [{ ids: [made.app.id] }, { host: ['shop.example.com'] }]) {
        expect(await admin().call('UserSvcApi.listApps', { body })).toEqual({ apps: [made.app] });
      }
      const { client } = await account(admin(), 'apps');
      expect((await refusalOf(client, client.call('UserSvcApi.listApps', { body: {} }))).status).toBe(401);
    });
  });

  describe('UserSvcApi: permissions', () => {
    test('hasPermission, granted or not; without a key it is 422', async () => {
      const permission = 'deploy-svc:deployment:view';
      const { client, token } = await account(admin(), 'asks');
      const answer = {
        appId: token.appId,
        until: expect.any(String),
        user: { slug: 'asks' },
        app: { host: 'unnamed' },
      };
      const denied = await client.call('UserSvcApi.hasPermission', { permission });
      expect(denied).toMatchObject({ ...answer, authorized: false });
      expect(await admin().call('UserSvcApi.hasPermission', { permission })).toMatchObject({ authorized: true });
      const nobody = admin().with(undefined);
      expect((await refusalOf(nobody, nobody.call('UserSvcApi.hasPermission', { permission }))).status).toBe(422);
    });

    test('savePermits grants to a slug, listPermits shows it, and saved again it is the same one', async () => {
      const { client } = await account(admin(), 'granted');
      const permission = 'deploy-svc:deployment:view';
      const permits = [{ permission, slugs: ['granted'] }];
      for (const _ of [1, 2]) expect(await admin().call('UserSvcApi.savePermits', { body: { permits } })).toEqual({});
      const listed = await admin().call<Permits>('UserSvcApi.listPermits', { body: { permission, slug: 'granted' } });
      expect(listed.permits).toMatchObject([{ permission, slugs: ['granted'], appId: expect.any(String) }]);
      await expect
        .poll(() => client.call('UserSvcApi.hasPermission', { permission }), { timeout: 10_000 })
        .toMatchObject({ authorized: true });
      const mine = client.call('UserSvcApi.savePermits', {
        body: { permits: [{ permission: 'secret-svc:secret:view-all', slugs: ['granted'] }] },
      });
      expect((await refusalOf(client, mine)).status).toBe(401);
    });
  });

  describe('UserSvcApi: tokens', () => {
    test('refreshToken and exchangeToken, which send no key of their own', async () => {
      const { token, client } = await account(admin(), 'trader');
      const key = authorizedBy(`Bearer ${token.token}`);
      const fresh = await client.call<Token>('UserSvcApi.refreshToken', key);
      expect(fresh.token).toMatchObject({ userId: token.userId, app: { host: 'unnamed' } });
      const body = { newAppHost: 'other.example.com', newDevice: 'phone' };
      const other = await client.call<Token>('UserSvcApi.exchangeToken', { body }, key);
      expect(other.token).toMatchObject({ userId: token.userId, device: 'phone', app: { host: 'other.example.com' } });
      const there = admin().with(`Bearer ${other.token.token}`);
      const can = await there.call('UserSvcApi.hasPermission', { permission: 'x:y:z' });
      expect(can).toMatchObject({ app: { host: 'other.example.com' }, user: { slug: 'trader' } });
      expect((await refusalOf(client, client.call('UserSvcApi.refreshToken'))).status).toBe(401);
      expect((await refusalOf(client, client.call('UserSvcApi.exchangeToken', { body }))).status).toBe(401);
    });

    test('revokeTokens ends those of a device, and without a body those of this one', async () => {
      const { client } = await account(admin(), 'leaver');
      const login = { appHost: 'unnamed', slug: 'leaver', password: PASSWORD, device: 'other' };
      const { token } = await client.call<Token>('UserSvcApi.login', { body: login });
      const other = admin().with(`Bearer ${token.token}`);
      expect(await client.call('UserSvcApi.revokeTokens', { body: { device: 'other' } })).toEqual({});
      expect((await refusalOf(other, other.call('UserSvcApi.readSelf'))).status).toBe(401);
      expect(await client.call('UserSvcApi.readSelf')).toMatchObject({ user: { slug: 'leaver' } });
      expect(await client.call('UserSvcApi.revokeTokens')).toEqual({});
      expect((await refusalOf(client, client.call('UserSvcApi.readSelf'))).status).toBe(401);
    });
  });
}

/** What the former version asks of it, without ever naming an app. */
export function formerUserTests(given: () => Given): void {
  test('UserSvcApi: register, login without an app, getPublicKey', async () => {
    const client = given().clients['0.3'].with(undefined);
    const account = { slug: 'former', password: PASSWORD };
    const contact = { id: 'former@example.com', platform: 'email', value: 'former@example.com' };
    const whole = { body: { ...account, name: 'Former', contact } };
    const { token } = await client.call<Token>('UserSvcApi.register', whole);
    // What is an object there is a text here.
    const body = { ...account, contact: contact.id };
    const login = await client.call<Token>('UserSvcApi.login', { body });
    expect(login.token).toMatchObject({ id: expect.any(String), userId: token.userId, active: true });
    const list = given().clients['0.3'].with(login.token.token).call('RegistrySvcApi.listDefinitions');
    expect(await list).toEqual({ definitions: [] });
    expect(await client.call('UserSvcApi.getPublicKey')).toEqual({
      publicKey: expect.stringContaining('BEGIN PUBLIC KEY'),
    });
    const wrong = await refusalOf(client, client.call('UserSvcApi.login', { body: { ...body, password: 'wrong' } }));
    expect(wrong.status).toBe(401);
  });
}
