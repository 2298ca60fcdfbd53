import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createClient, type Client } from '../../src/api/client.ts';
import { sql } from '../../src/postgres/database.ts';
import { checksumOf } from '../../src/services/secret/checksum.ts';
import { keyRing } from '../../src/vault/key-ring.ts';
import { openVault, WrongMasterKey } from '../../src/vault/vault.ts';
import { everyColumn } from '../support/every-column.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { testStore } from '../support/store.ts';

const KEY = randomBytes(32);
let api: TestApi;
let ada: Client;
beforeAll(async () => {
  api = await testApi({ secretKey: KEY, allowHostPaths: ['/srv'] });
  ada = await api.register('ada');
});
afterAll(() => api[Symbol.asyncDispose]());

const save = (
  client: Client,
  ...secrets: { id: string; value?: string; [field: string]: unknown }[]
): Promise<unknown> => client.call('saveSecrets', { body: { secrets } });
const namesOf = async (client: Client, body: object = {}): Promise<readonly string[]> =>
  (await client.call('listSecrets', { body })).body.secrets.map(({ id }) => id);
const valueOf = async (client: Client, id: string): Promise<string | undefined> =>
  (await client.call('listSecrets', { body: { id } })).body.secrets[0]?.value;

/** The administrator in another app. */
async function inApp(appHost: string): Promise<Client> {
  const { body } = await api.anybody.call('login', { body: { slug: '1backend', password: 'changeme', appHost } });
  return createClient({ baseUrl: api.url, token: body.token.token });
}

describe('save, list and remove', () => {
  test('an unknown id is an empty list', async () => {
    expect(await namesOf(api.admin, { id: 'nowhere' })).toEqual([]);
  });

  test('several at once, by several ids, changed, and removed; what is not there is passed over', async () => {
    await save(api.admin, { id: 'one', value: '1' }, { id: 'two', value: '2' }, { id: 'three', value: '3' });
    expect(await namesOf(api.admin, { ids: ['three', 'one', 'nowhere'] })).toEqual(['one', 'three']);
    await save(api.admin, { id: 'one', value: 'uno' }, { id: 'two', value: 'due' });
    expect([await valueOf(api.admin, 'one'), await valueOf(api.admin, 'two')]).toEqual(['uno', 'due']);
    await api.admin.call('removeSecrets', { body: { id: 'one', ids: ['two', 'nowhere'] } });
    expect(await namesOf(api.admin)).toEqual(['three']);
    await save(api.admin, { id: 'one', value: 'again' });
    expect(await valueOf(api.admin, 'one')).toBe('again');
  });

  test('by the names that the fields once had', async () => {
    await save(api.admin, { key: 'former', value: 'x' } as never);
    expect(await namesOf(api.admin, { key: 'former' })).toEqual(['former']);
    expect(await namesOf(api.admin, { keys: ['former', 'nowhere'] })).toEqual(['former']);
    await api.admin.call('removeSecrets', { body: { keys: ['former'] } });
    expect(await namesOf(api.admin, { key: 'former' })).toEqual([]);
    await expect(save(api.admin, { key: 'a b', value: 'x' } as never)).rejects.toMatchObject({
      problems: [{ field: 'secrets[0].key' }],
    });
  });

  test('the lists of what an administrator made are null, those of what others made name them', async () => {
    await save(ada, { id: 'ada-lists', value: 'x' });
    const { body } = await api.admin.call('listSecrets', { body: { ids: ['three', 'ada-lists'] } });
    const [own, made] = body.secrets;
    expect(own).toEqual({
      id: 'ada-lists',
      appId: made?.appId,
      value: 'x',
      ...Object.fromEntries(
        ['readers', 'writers', 'deleters', 'canChangeReaders', 'canChangeWriters', 'canChangeDeleters'].map((list) => [
          list,
          ['ada'],
        ]),
      ),
    });
    expect([made?.readers, made?.canChangeDeleters]).toEqual([null, null]);
  });

  test('all of one save or none', async () => {
    const both = save(ada, { id: 'ada-good', value: 'x' }, { id: 'bad', value: 'y' });
    await expect(both).rejects.toMatchObject({ status: 401 });
    expect(await namesOf(api.admin, { id: 'ada-good' })).toEqual([]);
  });

  test('many at the same time: each value is one of those saved, and the versions have no gap', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, n) => save(api.admin, { id: 'raced', value: `value ${n}` })));
    expect(await valueOf(api.admin, 'raced')).toMatch(/^value \d+$/);
    const { rows } = await sql<{ version: number }>`
      select version from secret_values where secret_id = 'unnamed/raced' order by version
    `.execute(api.database.db);
    // The last ten are kept.
    expect(rows.map(({ version }) => version)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });
});

describe('who sees what', () => {
  test('a plain account: its own, and what it is a reader of', async () => {
    await save(api.admin, { id: 'closed', value: 'x' }, { id: 'shared', value: 'y', readers: ['ada'] });
    await save(ada, { id: 'ada-own', value: 'z' });
    const bob = await api.register('bob');
    expect(await namesOf(ada, { ids: ['closed', 'shared', 'ada-own'] })).toEqual(['ada-own', 'shared']);
    expect(await namesOf(bob)).toEqual([]);
    await bob.call('removeSecrets', { body: { ids: ['ada-own', 'shared', 'closed'] } });
    await ada.call('removeSecrets', { body: { ids: ['shared', 'closed'] } });
    expect(await namesOf(api.admin, { ids: ['ada-own', 'shared', 'closed'] })).toEqual(['ada-own', 'closed', 'shared']);
    await expect(save(ada, { id: 'shared', value: 'mine' })).rejects.toMatchObject({ status: 401 });
    await expect(save(ada, { id: 'unprefixed', value: 'x' })).rejects.toMatchObject({ status: 401 });
  });

  test('an app: its own; all of them an administrator who asks', async () => {
    const shop = await inApp('shop.example');
    await save(shop, { id: 'closed', value: 'of the shop' });
    expect([await valueOf(shop, 'closed'), await valueOf(api.admin, 'closed')]).toEqual(['of the shop', 'x']);
    expect(await namesOf(shop)).toEqual(['closed']);
    const all = await shop.call('listSecrets', { body: { id: 'closed', allApps: true } });
    expect(all.body.secrets.map(({ value }) => value)).toEqual(['of the shop', 'x']);
    expect(await namesOf(ada, { allApps: true })).not.toContain('closed');
    const { body } = await shop.call('listApps', { body: { ids: all.body.secrets.map(({ appId }) => appId) } });
    expect(body.apps.map(({ host }) => host)).toEqual(['shop.example', 'unnamed']);
    await save(api.admin, { id: 'sent', value: 'x', appHost: 'shop.example' });
    expect(await valueOf(shop, 'sent')).toBe('x');
    await expect(save(ada, { id: 'ada-x', value: 'x', appHost: 'shop.example' })).rejects.toMatchObject({
      status: 401,
    });
    await expect(ada.call('listApps', { body: {} })).rejects.toMatchObject({ status: 401 });
  });
});

describe('sealed values', () => {
  test('are saved as they open, with their checksum or not at all', async () => {
    const { body } = await api.admin.call('encryptValue', { body: { value: 'S3cr3t' } });
    expect(body.value).not.toContain('S3cr3t');
    expect((await api.admin.call('decryptValue', { body: { value: body.value } })).body.value).toBe('S3cr3t');
    const sealed = { id: 'sealed', value: body.value, encrypted: true, checksumAlgorithm: 'CRC32' };
    await expect(save(api.admin, { ...sealed, checksum: '00000000' })).rejects.toMatchObject({ status: 400 });
    await save(api.admin, { ...sealed, checksum: checksumOf('CRC32', 'S3cr3t') });
    expect(await valueOf(api.admin, 'sealed')).toBe('S3cr3t');
    await save(api.admin, { id: 'older', value: 'a37/KUAr4SOYi6Xw9i9T8qo3QCk8WvnzONo47jHAkwk=', encrypted: true });
    expect(await valueOf(api.admin, 'older')).toBe('example');
  });

  test('nothing to seal is a bad request, and the service says whether it is secure', async () => {
    await expect(api.admin.call('encryptValue', { body: {} })).rejects.toMatchObject({ status: 400 });
    expect((await api.admin.call('isSecure', {})).body).toEqual({ isSecure: true });
  });
});

test('no value is in any column, nor a digest of one: not of an idempotent request either', async () => {
  const value = `needle-${randomBytes(8).toString('hex')}`;
  const body = JSON.stringify({ secrets: [{ id: 'needle', value }] });
  const headers = { 'idempotency-key': 'needle-key' };
  const sent = await api.send('PUT', '/secret-svc/secrets', { token: api.adminToken, body, headers });
  expect([sent.status, sent.text]).toEqual([200, '{}']);
  const dump = await everyColumn(api.database);
  expect(dump).toContain('unnamed/needle');
  for (const form of [value, Buffer.from(value).toString('hex'), 'needle-key']) expect(dump.includes(form)).toBe(false);
  expect(api.errors).toEqual([]);
});

test('a path of the node is refused with the setting that allows it, in definitions and deployments', async () => {
  const volumes = [{ source: '/var/run/docker.sock', target: '/x' }];
  const image = { name: 'x', internalPorts: [1] };
  const problems = [
    expect.objectContaining({
      field: 'volumes[0].source',
      message: expect.stringContaining('ALLOW_HOST_PATHS, which lists /srv'),
    }),
  ];
  await expect(
    api.admin.call('saveDeployment', { body: { deployment: { id: 'vol', definitionId: 'vol', volumes } } }),
  ).rejects.toMatchObject({ status: 400, problems });
  await expect(
    api.admin.call('saveDefinition', { body: { definition: { id: 'vol', image, volumes } } }),
  ).rejects.toMatchObject({ status: 400, problems });
  const allowed = [{ source: '/srv/data', target: '/x' }];
  await api.admin.call('saveDefinition', { body: { definition: { id: 'vol', image, volumes: allowed } } });
  const { body } = await api.admin.call('listDefinitions', {});
  expect(body.definitions).toEqual([{ id: 'vol', image }]);
});

describe('the master key', () => {
  test('changes: what was sealed with an earlier one opens, is sealed anew, and keeps its fingerprint', async () => {
    await using world = await testStore();
    const { db } = world.database;
    const [one, two, three] = [1, 2, 3].map((byte) => Buffer.alloc(32, byte)) as [Buffer, Buffer, Buffer];
    const place = { id: 'unnamed/db', version: 1 };
    const first = await openVault(db, keyRing(one));
    await db.transaction().execute((tx) => first.store(tx, place, 'S3cr3t'));
    const print = first.fingerprintOf(place, 'S3cr3t');
    await expect(openVault(db, keyRing(two))).rejects.toThrow(WrongMasterKey);
    const second = await openVault(db, keyRing(two, [one]));
    expect(second.fingerprintOf(place, 'S3cr3t')).toBe(print);
    expect([...(await second.values([print]))]).toEqual([[print, 'S3cr3t']]);
    // A process that goes on with the earlier key neither reads nor writes.
    await expect(first.values([print])).rejects.toThrow(WrongMasterKey);
    const late = db.transaction().execute((tx) => first.store(tx, { ...place, version: 2 }, 'x'));
    await expect(late).rejects.toThrow(WrongMasterKey);
    const { rows } = await sql<{ key_id: string }>`select key_id from secret_values`.execute(db);
    expect(rows).toEqual([{ key_id: keyRing(two).current.id }]);
    await expect(openVault(db, keyRing(three))).rejects.toThrow('SECRET_KEY_PREVIOUS');
  });

  test('that everybody knows gives way to one of its own by itself', async () => {
    await using world = await testStore();
    const { db } = world.database;
    const place = { id: 'unnamed/db', version: 1 };
    const open = await openVault(db, keyRing());
    await db.transaction().execute((tx) => open.store(tx, place, 'S3cr3t'));
    const print = open.fingerprintOf(place, 'S3cr3t');
    expect((await (await openVault(db, keyRing(KEY))).values([print])).get(print)).toBe('S3cr3t');
    await expect(openVault(db, keyRing())).rejects.toThrow(WrongMasterKey);
  });

  test('a row that was moved or changed does not open', async () => {
    await using world = await testStore({ tampered: true });
    const { db } = world.database;
    const vault = await openVault(db, keyRing(KEY));
    await db.transaction().execute((tx) => vault.store(tx, { id: 'unnamed/mine', version: 1 }, 'S3cr3t'));
    await sql`update secret_values set secret_id = 'unnamed/yours'`.execute(db);
    const print = vault.fingerprintOf({ id: 'unnamed/mine', version: 1 }, 'S3cr3t');
    await expect(vault.values([print])).rejects.toThrow('the seal does not open');
  });

  test('many processes that start at once agree on one', async () => {
    await using world = await testStore();
    const vaults = await Promise.all(Array.from({ length: 6 }, () => openVault(world.database.db, keyRing(KEY))));
    const prints = vaults.map((vault) => vault.fingerprintOf({ id: 'a', version: 1 }, 'x'));
    expect(new Set(prints).size).toBe(1);
  });
});
