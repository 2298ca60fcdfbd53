import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { decodeJwt } from 'jose';

import type { Client } from '../../src/api/client.ts';
import { ApiError } from '../../src/api/client-error.ts';
import type { PermitInput } from '../../src/api/contract/grant.ts';
import { testApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const permit = (client: Client, ...permits: PermitInput[]): Promise<unknown> =>
  client.call('savePermits', { body: { permits } });
const permitsOf = async (permission: string): Promise<readonly object[]> =>
  (await api.admin.call('listPermits', { body: { permission } })).body.permits;
/** 200 when it succeeds, else the status of the refusal. */
async function statusOf(call: Promise<unknown>): Promise<number> {
  try {
    await call;
    return 200;
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
}
const listDeployments = (client: Client): Promise<number> => statusOf(client.call('listDeployments', { body: {} }));
const has = async (client: Client, permission: string): Promise<boolean> =>
  (await client.call('hasPermission', { params: { permission } })).body.authorized;
const idOf = async (client: Client): Promise<string> => (await client.call('readSelf', { body: {} })).body.user.id;
const rolesOf = async (client: Client): Promise<readonly string[]> =>
  (await client.call('readSelf', { body: {} })).body.roles;

describe('a permit', () => {
  test('for a slug opens the route that asks for the permission, at once, and closes it when it is removed', async () => {
    const client = await api.register('by-slug');
    expect(await listDeployments(client)).toBe(401);
    await permit(api.admin, { id: 'p-slug', permission: 'deploy-svc:deployment:view', slugs: ['by-slug'] });
    expect([await listDeployments(client), await has(client, 'deploy-svc:deployment:view')]).toEqual([200, true]);
    expect(await listDeployments(await api.register('not-by-slug'))).toBe(401);
    expect(await statusOf(client.call('listNodes', { body: {} }))).toBe(401);
    await api.admin.call('removePermits', { body: { ids: ['p-slug', 'unknown'] } });
    expect([await listDeployments(client), await has(client, 'deploy-svc:deployment:view')]).toEqual([401, false]);
  });

  test('for a role opens it to whoever has the role, enrolled before or after', async () => {
    const client = await api.register('by-role');
    await permit(api.admin, { permission: 'registry-svc:node:view', roles: ['shop-svc:operator'] });
    expect(await statusOf(client.call('listNodes', { body: {} }))).toBe(401);
    const enrolls = [{ id: 'e-role', role: 'shop-svc:operator', userId: await idOf(client) }];
    await api.admin.call('saveEnrolls', { body: { enrolls } });
    expect(await statusOf(client.call('listNodes', { body: {} }))).toBe(200);
    await api.admin.call('removeEnrolls', { body: { ids: ['e-role'] } });
    expect(await statusOf(client.call('listNodes', { body: {} }))).toBe(401);
  });

  test('is there once, however often it is saved; under an id it is replaced', async () => {
    const same = { permission: 'once-svc:thing:view', slugs: ['b', 'a'], roles: ['once-svc:r'] };
    await permit(api.admin, same);
    await permit(api.admin, same, { ...same, slugs: ['a', 'b', 'a'] });
    expect(await permitsOf('once-svc:thing:view')).toEqual([
      {
        id: expect.stringMatching(/^perm_\w{10}$/),
        appId: expect.stringMatching(/^app_/),
        permission: 'once-svc:thing:view',
        slugs: ['a', 'b'],
        roles: ['once-svc:r'],
        createdAt: expect.stringMatching(/Z$/),
        updatedAt: expect.stringMatching(/Z$/),
      },
    ]);
    await permit(api.admin, { id: 'replaced', permission: 'once-svc:thing:edit', slugs: ['a'] });
    await permit(api.admin, { id: 'replaced', permission: 'once-svc:thing:edit', slugs: ['c'] });
    expect(await permitsOf('once-svc:thing:edit')).toMatchObject([{ id: 'replaced', slugs: ['c'], roles: [] }]);
    const { body } = await api.admin.call('listPermits', { body: { slug: 'c' } });
    expect(body.permits.map(({ id }) => id)).toEqual(['replaced']);
  });

  test('is no event when it says nothing new', async () => {
    const said = { id: 'quiet', permission: 'quiet-svc:a:b', slugs: ['a'] };
    const first = await api.admin.call('savePermits', { body: { permits: [said] } });
    const again = await api.admin.call('savePermits', { body: { permits: [said] } });
    expect([typeof first.position, again.position]).toEqual(['number', undefined]);
  });

  test('may give several permissions; it is listed once for each, in the fields that every client knows', async () => {
    const client = await api.register('several');
    const permissions = ['several-svc:a:view', 'several-svc:a:edit'];
    await permit(api.admin, { id: 'several', permissions, permission: 'several-svc:a:list', slugs: ['several'] });
    const { body } = await api.admin.call('listPermits', { body: { slug: 'several' } });
    expect(body.permits.map(({ id, permission }) => [id, permission])).toEqual([
      ['several', 'several-svc:a:edit'],
      ['several', 'several-svc:a:list'],
      ['several', 'several-svc:a:view'],
    ]);
    expect(await has(client, 'several-svc:a:list')).toBe(true);
    await permit(api.admin, { id: 'several', permissions: ['several-svc:a:view'], slugs: ['several'] });
    expect([await has(client, 'several-svc:a:list'), await has(client, 'several-svc:a:view')]).toEqual([false, true]);
  });

  test('counts in the app that it names: that of the saver’s token when it names none, every one for *', async () => {
    const client = await api.register('in-app');
    const { body } = await client.call('exchangeToken', { body: { newAppHost: 'shop.example' } });
    const inShop = api.client(body.token.token);
    await permit(api.admin, { permission: 'in-app-svc:a:here', slugs: ['in-app'] });
    await permit(api.admin, { permission: 'in-app-svc:a:shop', slugs: ['in-app'], appHost: 'shop.example' });
    await permit(api.admin, { permission: 'in-app-svc:a:all', slugs: ['in-app'], appHost: '*' });
    const seen = async (one: Client): Promise<readonly boolean[]> =>
      Promise.all(['here', 'shop', 'all'].map((verb) => has(one, `in-app-svc:a:${verb}`)));
    expect([await seen(client), await seen(inShop)]).toEqual([
      [true, false, true],
      [false, true, true],
    ]);
  });

  test('of what one does not own is refused, whoever would get it; of what one owns it is not', async () => {
    const owner = await api.register('owner-svc');
    const refused: PermitInput[] = [
      { permission: 'deploy-svc:deployment:view', slugs: ['owner-svc'] },
      { permission: 'other-svc:order:view', slugs: ['owner-svc'] },
      { permission: 'owner-svc-2:order:view', slugs: ['owner-svc'] },
      { permissions: ['owner-svc:order:view', 'user-svc:user:view'], slugs: ['owner-svc'] },
      // Held, but not to be passed on.
      { permission: 'registry-svc:definition:view', slugs: ['friend'] },
    ];
    for (const one of refused) expect(await statusOf(permit(owner, one))).toBe(401);
    await permit(owner, { id: 'owned', permission: 'owner-svc:order:view', slugs: ['friend'] });
    expect(await has(await api.register('friend'), 'owner-svc:order:view')).toBe(true);
    expect(await statusOf(owner.call('listPermits', { body: {} }))).toBe(401);
  });

  test('of others is neither overwritten nor removed by who may not give what it gives', async () => {
    const thief = await api.register('thief-svc');
    await permit(api.admin, { id: 'guarded', permission: 'deploy-svc:deployment:edit', slugs: ['ci'] });
    const over = { id: 'guarded', permission: 'thief-svc:a:b', slugs: ['thief-svc'] };
    expect(await statusOf(permit(thief, over))).toBe(401);
    expect(await statusOf(thief.call('removePermits', { body: { ids: ['guarded'] } }))).toBe(401);
    expect(await permitsOf('deploy-svc:deployment:edit')).toMatchObject([{ id: 'guarded', slugs: ['ci'] }]);
  });

  test('that is not right saves none of its request', async () => {
    const good = { id: 'with-bad', permission: 'bad-svc:a:b', slugs: ['a'] };
    const bad: [PermitInput, string][] = [
      [{ permission: 'no-colon', slugs: ['a'] }, 'permits[1].permission'],
      [{ permission: 'secret-svc:secret:save-*', slugs: ['a'] }, 'permits[1].permission'],
      [{ permission: 'secret-svc:secret:save:*', slugs: ['a'] }, 'permits[1].permission'],
      [{ slugs: ['a'] }, 'permits[1].permission'],
      [{ permission: 'a:b:c', slugs: ['Not A Slug'] }, 'permits[1].slugs[0]'],
      [{ permission: 'a:b:c', roles: ['norole'] }, 'permits[1].roles[0]'],
      [{ permission: 'a:b:c' }, 'slugs'],
      [{ id: 'with-bad', permission: 'a:b:c', slugs: ['a'] }, 'permits'],
    ];
    for (const [one, field] of bad) {
      const answer = await api.send('PUT', '/user-svc/permits', {
        token: api.adminToken,
        body: JSON.stringify({ permits: [good, one] }),
      });
      expect([answer.status, answer.json]).toMatchObject([400, { problems: [{ field }] }]);
    }
    expect(await permitsOf('bad-svc:a:b')).toEqual([]);
    for (const body of ['', 'null', '{}', '{"permits":[]}']) {
      expect((await api.send('PUT', '/user-svc/permits', { token: api.adminToken, body })).status).toBe(400);
    }
  });

  test('that was emptied gives nothing any more: how clients without a removal take it back', async () => {
    const client = await api.register('emptied');
    const said = { id: 'emptied', permission: 'deploy-svc:deployment:view' };
    await permit(api.admin, { ...said, slugs: ['emptied'] });
    expect(await listDeployments(client)).toBe(200);
    await permit(api.admin, { ...said, slugs: [] });
    expect(await listDeployments(client)).toBe(401);
  });

  test('to pass permits on reaches what its holder holds, and no further', async () => {
    const deputy = await api.register('deputy');
    await permit(api.admin, {
      permissions: ['user-svc:permit:edit', 'registry-svc:node:view', 'secret-svc:secret:save:otp-*'],
      slugs: ['deputy'],
    });
    expect(await statusOf(permit(deputy, { permission: 'registry-svc:node:view', slugs: ['x'] }))).toBe(200);
    expect(await statusOf(permit(deputy, { permission: 'secret-svc:secret:save:otp-mail-*', slugs: ['x'] }))).toBe(200);
    for (const permission of ['registry-svc:node:edit', 'secret-svc:secret:save:o-*', 'user-svc:enroll:edit']) {
      expect(await statusOf(permit(deputy, { permission, slugs: ['deputy'] }))).toBe(401);
    }
  });
});

describe('a permit for single secrets', () => {
  const save = (client: Client, id: string, value = 'v'): Promise<number> =>
    statusOf(client.call('saveSecrets', { body: { secrets: [{ id, value }] } }));

  test('lets one name be saved, or those that begin alike; reading stays with the readers', async () => {
    const client = await api.register('otp');
    await permit(api.admin, { id: 'otp', permission: 'secret-svc:secret:save:mail-*', slugs: ['otp'] });
    expect(await save(client, 'mail-key')).toBe(200);
    for (const id of ['mail-', 'mailkey', 'other-mail-key']) expect(await save(client, id)).toBe(401);
    await api.admin.call('saveSecrets', { body: { secrets: [{ id: 'mail-root', value: 'before' }] } });
    expect(await save(client, 'mail-root', 'after')).toBe(200);
    const own = await client.call('listSecrets', { body: {} });
    expect(own.body.secrets.map(({ id }) => id)).toEqual(['mail-key']);
    const all = await api.admin.call('listSecrets', { body: { id: 'mail-root' } });
    expect(all.body.secrets).toMatchObject([{ value: 'after' }]);
    await api.admin.call('removePermits', { body: { ids: ['otp'] } });
    expect(await save(client, 'mail-second')).toBe(401);
  });

  test('of any name is no administrator: others’ secrets stay theirs', async () => {
    const client = await api.register('any-name');
    await api.admin.call('saveSecrets', { body: { secrets: [{ id: 'root-key', value: 'kept' }] } });
    await permit(api.admin, { permission: 'secret-svc:secret:save-unprefixed', slugs: ['any-name'] });
    expect([await save(client, 'unprefixed'), await save(client, 'root-key', 'stolen')]).toEqual([200, 401]);
    const { body } = await client.call('listSecrets', { body: {} });
    expect(body.secrets.map(({ id }) => id)).toEqual(['unprefixed']);
  });
});

describe('an enroll', () => {
  const enroll = async (client: Client, body: object): Promise<readonly object[]> =>
    (await client.call('saveEnrolls', { body: { enrolls: [body] } } as never)).body.enrolls as readonly object[];

  test('gives its role at once, also in the next token', async () => {
    const client = await api.register('enrolled');
    const userId = await idOf(client);
    const saved = await enroll(api.admin, { role: 'shop-svc:editor', userId });
    expect(saved).toEqual([
      {
        id: expect.stringMatching(/^enr_\w{10}$/),
        appId: expect.stringMatching(/^app_/),
        role: 'shop-svc:editor',
        userId,
        createdAt: expect.stringMatching(/Z$/),
        updatedAt: expect.stringMatching(/Z$/),
      },
    ]);
    expect(await enroll(api.admin, { role: 'shop-svc:editor', userId })).toEqual(saved);
    expect(await rolesOf(client)).toEqual(['user-svc:user', 'shop-svc:editor']);
    const { body } = await client.call('refreshToken', {});
    expect(decodeJwt(body.token.token)['1ro']).toEqual(['user-svc:user', 'shop-svc:editor']);
    const { body: again } = await api.anybody.call('login', {
      body: { slug: 'enrolled', password: 'enrolled-password' },
    });
    expect(decodeJwt(again.token.token)['1ro']).toEqual(['user-svc:user', 'shop-svc:editor']);
  });

  test('makes an administrator, and takes it back', async () => {
    const client = await api.register('promoted');
    await enroll(api.admin, { id: 'promoted', role: 'user-svc:admin', userId: await idOf(client) });
    expect(await listDeployments(client)).toBe(200);
    await api.admin.call('removeEnrolls', { body: { ids: ['promoted'] } });
    expect(await listDeployments(client)).toBe(401);
  });

  test('is for roles that one owns; an account of the product’s own names cannot be made', async () => {
    const owner = await api.register('roles-svc');
    const [friend, userId] = [await api.register('roles-friend'), await idOf(owner)];
    for (const role of ['user-svc:admin', 'other-svc:admin', 'roles-svc-2:admin']) {
      expect(await statusOf(enroll(owner, { role, userId }))).toBe(401);
    }
    await enroll(owner, { id: 'roles-1', role: 'roles-svc:admin', userId: await idOf(friend) });
    expect(await rolesOf(friend)).toContain('roles-svc:admin');
    expect(await statusOf(friend.call('removeEnrolls', { body: { ids: ['roles-1'] } }))).toBe(401);
    for (const slug of ['user-svc', 'secret-svc', 'proxy-svc']) {
      const body = { slug, password: 'long enough' };
      expect(await statusOf(api.anybody.call('register', { body }))).toBe(409);
    }
  });

  test('of a contact counts for the account that has it, whenever it comes; never for the product’s own roles', async () => {
    await enroll(api.admin, { role: 'shop-svc:invited', contactId: 'ada@shop.example' });
    const contact = { id: 'ada@shop.example', platform: 'email' };
    const { body } = await api.anybody.call('register', {
      body: { slug: 'invited', password: 'long enough', contact },
    });
    expect(await rolesOf(api.client(body.token.token))).toContain('shop-svc:invited');
    const own = { role: 'user-svc:admin', contactId: 'eve@shop.example' };
    expect(await statusOf(enroll(api.admin, own))).toBe(400);
  });

  test('needs an account that exists, and one of account and contact', async () => {
    for (const body of [
      { role: 'a-svc:b', userId: 'usr_nobody' },
      { role: 'a-svc:b' },
      { role: 'a-svc:b', userId: 'usr_x', contactId: 'x' },
      { role: 'admin', userId: 'usr_x' },
    ]) {
      expect(await statusOf(enroll(api.admin, body))).toBe(400);
    }
  });

  test('is seen by who has it, by who owns its role, and by administrators', async () => {
    const [owner, member] = [await api.register('seen-svc'), await api.register('seen-member')];
    const [stranger, userId] = [await api.register('seen-stranger'), await idOf(member)];
    await enroll(owner, { id: 'seen', role: 'seen-svc:r', userId });
    const seen = async (client: Client, query: object = {}): Promise<readonly string[]> =>
      (await client.call('listEnrolls', { body: query })).body.enrolls.map(({ id }) => id);
    expect(await Promise.all([owner, member, stranger].map((one) => seen(one)))).toEqual([['seen'], ['seen'], []]);
    expect(await seen(api.admin, { role: 'seen-svc:r' })).toEqual(['seen']);
    expect(await seen(api.admin, { userId, role: 'other' })).toEqual([]);
    expect(await seen(stranger, { userId })).toEqual([]);
  });
});
