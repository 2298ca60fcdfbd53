import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Client, OutputOf } from '../../src/api/client.ts';
import { testApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api[Symbol.asyncDispose]());

type Configs = OutputOf<'listConfigs'>['configs'];
type Query = Parameters<typeof list>[0];

async function list(body: object, appHost = 'unnamed'): Promise<Configs> {
  return (await api.anybody.call('listConfigs', { body: { appHost, ...body } })).body.configs;
}
async function versions(body: object): Promise<OutputOf<'listConfigVersions'>> {
  return (await api.anybody.call('listConfigVersions', { body: { appHost: 'unnamed', ...body } })).body;
}
const save = (client: Client, body: object): Promise<{ readonly position: number | undefined }> =>
  client.call('saveConfig', { body });

describe('a config', () => {
  test('is saved by its owner under the own name in camelCase, and read by anybody', async () => {
    const client = await api.register('my-own-svc');
    await save(client, { data: { url: 'http://x', nested: { a: 1 } } });
    const { myOwnSvc } = await list({});
    expect(myOwnSvc).toEqual({
      id: 'myOwnSvc',
      appId: expect.stringMatching(/^app_/),
      branch: 'main',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updatedAt: myOwnSvc?.createdAt,
      data: { url: 'http://x', nested: { a: 1 } },
      dataJson: '',
      version: expect.stringMatching(/^ver_/),
    });
    expect(await list({ ids: ['my-own-svc'] })).toEqual({ myOwnSvc });
    expect(await list({ ids: ['other'] })).toEqual({});
    expect(await list({}, 'another.app')).toEqual({});
  });

  test('is merged in depth; what patch names goes first', async () => {
    const client = await api.register('merged');
    await save(client, { data: { a: { x: 1, y: 2 }, list: [1, 2] } });
    await save(client, { data: { a: { y: 3 }, list: [4] }, patch: [{ op: 'remove', path: '/a/x' }] });
    const { merged } = await list({ ids: ['merged'] });
    expect(merged?.data).toEqual({ a: { y: 3 }, list: [4] });
    expect(Date.parse(merged?.updatedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(merged?.createdAt ?? ''));
    await save(client, { data: {}, dataJson: '{"ignored":true}' });
    expect((await list({ ids: ['merged'] }))['merged']?.data).toEqual({ a: { y: 3 }, list: [4] });
  });

  test('loses no save of many at once', async () => {
    const client = await api.register('raced');
    await Promise.all(Array.from({ length: 6 }, (_, n) => save(client, { data: { [`key${n}`]: n } })));
    expect(Object.keys((await list({ ids: ['raced'] }))['raced']?.data ?? {})).toHaveLength(6);
    expect((await versions({ ids: ['raced'] })).versions).toHaveLength(6);
  });

  test('saved twice under one idempotency key has one version', async () => {
    const client = await api.register('repeated');
    const send = (): ReturnType<typeof save> =>
      client.call('saveConfig', { body: { data: { a: 1 } } }, { idempotencyKey: 'once' });
    expect((await send()).position).toBe((await send()).position);
    expect((await versions({ ids: ['repeated'] })).versions).toHaveLength(1);
  });

  test('keeps names that objects inherit', async () => {
    const client = await api.register('inherited');
    const data = { constructor: { name: 'x' }, toString: 1, hasOwnProperty: null, valueOf: ['y'] };
    await save(client, { data });
    expect((await list({ ids: ['inherited'] }))['inherited']?.data).toEqual(data);
    const answer = await api.send('PUT', '/config-svc/config', {
      token: api.adminToken,
      body: '{"id":"inherited","data":{"__proto__":{"admin":true}}}',
    });
    expect([answer.status, answer.json]).toMatchObject([400, { problems: [{ field: 'data.__proto__' }] }]);
    await save(api.admin, { id: 'constructor', data: { a: 1 } });
    expect((await list({ ids: ['constructor'] }))['constructor']).toMatchObject({ data: { a: 1 } });
  });

  test('has branches that know nothing of each other', async () => {
    const client = await api.register('branched');
    await save(client, { data: { where: 'main' } });
    await save(client, { branch: 'feature/x', data: { where: 'feature' } });
    const where = async (query: Query): Promise<unknown> =>
      Object.fromEntries(
        Object.entries(await list({ ids: ['branched'], ...query })).map(([id, { data }]) => [id, data['where']]),
      );
    expect(await where({})).toEqual({ branched: 'main' });
    expect(await where({ branch: 'feature/x' })).toEqual({ branched: 'feature' });
    expect(await where({ branch: 'none' })).toEqual({});
    expect(await where({ scope: 'all' })).toEqual({ 'branched:main': 'main', 'branched:feature/x': 'feature' });
  });

  test('shows what a selector names of it, and the others whole', async () => {
    await save(api.admin, { id: 'sel-one', data: { a: { b: 1, c: 2 }, d: 3 } });
    await save(api.admin, { id: 'sel-two', data: { a: 1 } });
    const found = await list({ ids: ['sel-one', 'sel-two'], selector: { 'sel-one': ['a.b', 'none.x'] } });
    expect([found['selOne']?.data, found['selTwo']?.data]).toEqual([{ a: { b: 1 } }, { a: 1 }]);
  });

  test('that grew too large is refused, and stays as it was', async () => {
    const client = await api.register('grown');
    await save(client, { data: { a: 'x'.repeat(200_000) } });
    await expect(save(client, { data: { b: 'x'.repeat(100_000) } })).rejects.toMatchObject({ status: 400 });
    expect(Object.keys((await list({ ids: ['grown'] }))['grown']?.data ?? {})).toEqual(['a']);
  });
});

describe('on behalf of others', () => {
  test('the administrator saves any id in any app, and has to say the id', async () => {
    await save(api.admin, { id: 'my-svc', data: { a: 1 } });
    await save(api.admin, { appHost: 'shop.example', id: 'my-svc', data: { a: 2 } });
    const [here, there] = [await list({ ids: ['mySvc'] }), await list({}, 'shop.example')];
    expect([here['mySvc']?.data, there['mySvc']?.data]).toEqual([{ a: 1 }, { a: 2 }]);
    expect(here['mySvc']?.appId).not.toBe(there['mySvc']?.appId);
    await expect(save(api.admin, { data: {} })).rejects.toMatchObject({ status: 400 });
  });

  test.each([{ appHost: 'unnamed' }, { id: 'my-svc' }, { id: 'plain-one', appHost: 'unnamed' }])(
    'others may not, not even as themselves: %j',
    async (said) => {
      const client = await api.register(`plain-${Object.keys(said).join('-').toLowerCase()}`);
      await expect(save(client, { ...said, data: { stolen: true } })).rejects.toMatchObject({ status: 401 });
      expect(JSON.stringify(await list({ scope: 'all' }))).not.toContain('stolen');
    },
  );
});

describe('versions', () => {
  test('keep every save, the newest first, page by page', async () => {
    const client = await api.register('versioned');
    for (let n = 1; n <= 5; n += 1) await save(client, { data: { n } });
    await save(client, { branch: 'other', data: { n: 6 } });
    const of = ({ versions: page }: Awaited<ReturnType<typeof versions>>): unknown[] =>
      page.map(({ data }) => data['n']);
    const all = await versions({ ids: ['versioned'] });
    expect([of(all), all.afterJson]).toEqual([[5, 4, 3, 2, 1], undefined]);
    expect(new Set(all.versions.map(({ versionId }) => versionId)).size).toBe(5);
    const pages: unknown[] = [];
    for (let afterJson: string | undefined = ''; afterJson !== undefined;) {
      const page: OutputOf<'listConfigVersions'> = await versions({ ids: ['versioned'], limit: 2, afterJson });
      pages.push(of(page));
      afterJson = page.afterJson;
    }
    expect(pages).toEqual([[5, 4], [3, 2], [1]]);
    // A cursor as clients make it by themselves.
    const [, second] = all.versions;
    const own = await versions({
      ids: ['versioned'],
      afterJson: JSON.stringify([second?.createdAt, second?.versionId]),
    });
    expect(of(own)).toEqual([3, 2, 1]);
    expect(of(await versions({ ids: ['versioned'], branch: 'other' }))).toEqual([6]);
    expect(of(await versions({ versionIds: [second?.versionId] }))).toEqual([4]);
    const selected = await versions({ ids: ['versioned'], selector: { versioned: [] } });
    expect(selected.versions.every(({ data }) => Object.keys(data).length === 0)).toBe(true);
  });

  test('after a version that is not there are those before its time', async () => {
    const client = await api.register('timed');
    await save(client, { data: { n: 1 } });
    const at = (ms: number): Promise<OutputOf<'listConfigVersions'>> =>
      versions({ ids: ['timed'], afterJson: JSON.stringify([new Date(Date.now() + ms).toISOString(), 'ver_none']) });
    expect((await at(3_600_000)).versions).toHaveLength(1);
    expect((await at(-3_600_000)).versions).toHaveLength(0);
  });

  test.each(['x', '{}', '[]', '["yesterday","v"]', '["2026-01-02T03:04:05Z"]', '[1e999,"v"]'])(
    'after %s are refused with the valid form',
    async (afterJson) => {
      await expect(versions({ afterJson })).rejects.toMatchObject({ status: 400 });
    },
  );
});

test.each(['/config-svc/configs', '/config-svc/versions'])('%s without an app says so', async (path) => {
  for (const body of ['{}', 'null', '', '{"appHost":""}']) {
    const answer = await api.send('POST', path, { body });
    expect([answer.status, (answer.json as { error: string }).error]).toEqual([
      400,
      expect.stringContaining('AppHost missing'),
    ]);
  }
});

test('a save needs a token', async () => {
  const answer = await api.send('PUT', '/config-svc/config', { body: '{"data":{}}' });
  expect(answer.status).toBe(401);
});
