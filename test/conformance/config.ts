import { describe, expect, test } from 'vitest';

import { refusalOf } from './client.ts';
import type { Given } from './given.ts';

interface Configs {
  readonly configs: Readonly<Record<string, { readonly data: object }>>;
}
interface Versions {
  readonly versions: readonly { readonly versionId: string; readonly data: object }[];
  readonly afterJson?: string;
}

/** Config Svc as the current version asks it; the former one asked another service under that name. */
export function configTests(given: () => Given): void {
  const app = { appHost: 'unnamed' };

  describe('ConfigSvcApi', () => {
    test('saveConfig merges, listConfigs reads by id, selector and branch, also past caches', async () => {
      const client = given().clients['0.9'];
      const save = (body: object): Promise<unknown> =>
        client.call('ConfigSvcApi.saveConfig', { body: { ...app, ...body } });
      const list = async (body: object, more: object = {}): Promise<object> => {
        const { configs } = await client.call<Configs>('ConfigSvcApi.listConfigs', {
          body: { ...app, ...body },
          ...more,
        });
        return Object.fromEntries(Object.entries(configs).map(([key, { data }]) => [key, data]));
      };
      expect(await list({ ids: ['my-svc'] })).toEqual({});
      expect(await save({ id: 'my-svc', data: { a: { b: 1, list: [1] }, c: true } })).toEqual({});
      expect(await save({ id: 'mySvc', data: { a: { d: 'x', list: [2] } } })).toEqual({});
      const merged = { a: { b: 1, d: 'x', list: [2] }, c: true };
      expect(await list({ ids: ['my-svc'] })).toEqual({ mySvc: merged });
      expect(await list({}, { cacheControl: 'no-cache' })).toMatchObject({ mySvc: merged });
      expect(await list({ ids: ['mySvc'], selector: { mySvc: ['a.d'] } })).toEqual({ mySvc: { a: { d: 'x' } } });
      expect(await save({ id: 'mySvc', branch: 'next', data: { only: 'here' } })).toEqual({});
      expect(await list({ ids: ['mySvc'], branch: 'next' })).toEqual({ mySvc: { only: 'here' } });
      const all = { 'mySvc:main': merged, 'mySvc:next': { only: 'here' } };
      expect(await list({ ids: ['mySvc'], scope: 'all' })).toEqual(all);
      expect(await save({ id: 'mySvc', patch: [{ op: 'remove', path: '/a/b' }], data: {} })).toEqual({});
      expect(await list({ ids: ['mySvc'] })).toEqual({ mySvc: { a: { d: 'x', list: [2] }, c: true } });
      const { configs } = await client.call<Configs>('ConfigSvcApi.listConfigs', { body: { ...app, ids: ['mySvc'] } });
      expect(configs['mySvc']).toMatchObject({
        id: 'mySvc',
        branch: 'main',
        dataJson: '',
        createdAt: expect.any(String),
      });
    });

    test('listConfigVersions: newest first, and page by page', async () => {
      const client = given().clients['0.9'];
      for (const n of [1, 2, 3]) {
        await client.call('ConfigSvcApi.saveConfig', { body: { ...app, id: 'paged', data: { n } } });
      }
      const read = (more: object): Promise<Versions> =>
        client.call<Versions>('ConfigSvcApi.listConfigVersions', { body: { ...app, ids: ['paged'], ...more } });
      const { versions } = await read({});
      expect(versions.map(({ data }) => data)).toEqual([{ n: 3 }, { n: 2 }, { n: 1 }]);
      const first = await read({ limit: 2 });
      expect(first.versions).toEqual(versions.slice(0, 2));
      const rest = await read({ limit: 2, ...(first.afterJson === undefined ? {} : { afterJson: first.afterJson }) });
      expect(rest.versions).toEqual(versions.slice(2));
      expect((await read({ versionIds: [versions[1]?.versionId] })).versions).toEqual([versions[1]]);
    });

    test('nobody has to log in to read; the app has to be said; saving needs a key', async () => {
      const anybody = given().clients['0.9'].with(undefined);
      const body = { ...app, ids: ['none'] };
      expect(await anybody.call('ConfigSvcApi.listConfigs', { body })).toEqual({ configs: {} });
      expect(await anybody.call('ConfigSvcApi.listConfigVersions', { body })).toMatchObject({ versions: [] });
      const noApp = await refusalOf(anybody, anybody.call('ConfigSvcApi.listConfigs', { body: {} }));
      expect(noApp).toMatchObject({ status: 400, error: expect.stringContaining('AppHost missing') });
      const noKey = await refusalOf(anybody, anybody.call('ConfigSvcApi.saveConfig', { body: { data: { a: 1 } } }));
      expect(noKey.status).toBe(401);
    });
  });
}
