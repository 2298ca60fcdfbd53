import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { type Client, refusalOf } from './client.ts';
import type { Given } from './given.ts';
import type { ClientVersion } from './install-clients.ts';

interface Secrets {
  readonly secrets: readonly { readonly id: string; readonly value: string; readonly readers: unknown }[];
}

/** Secret Svc as both versions ask it. */
export function secretTests(version: ClientVersion, given: () => Given): void {
  const prefix = `of-${version.replace('.', '-')}`;
  /** How the version calls a secret's name. */
  const [one, many] = version === '0.3' ? ['key', 'keys'] : ['id', 'ids'];
  const list = async (body?: object): Promise<Readonly<Record<string, string>>> => {
    const request = body === undefined ? [] : [{ body }];
    const { secrets } = await client().call<Secrets>('SecretSvcApi.listSecrets', ...request);
    return Object.fromEntries(secrets.map(({ id, value }) => [id, value]));
  };
  const client = (): Client<'0.9'> | Client<'0.3'> => given().clients[version];
  const save = (...secrets: object[]): Promise<unknown> =>
    client().call('SecretSvcApi.saveSecrets', { body: { secrets } });

  describe('SecretSvcApi', () => {
    test('saveSecrets, listSecrets without a body and by names, removeSecrets', async () => {
      const [a, b] = [`${prefix}-a`, `${prefix}-b`];
      expect(await save({ [one]: a, value: 'one' }, { [one]: b, value: 'two' })).toEqual({});
      expect(await list()).toEqual({ [a]: 'one', [b]: 'two' });
      expect(await list({})).toEqual({ [a]: 'one', [b]: 'two' });
      expect(await list({ [one]: a })).toEqual({ [a]: 'one' });
      expect(await list({ [many]: [b, 'unknown'] })).toEqual({ [b]: 'two' });
      expect(await list({ [one]: 'unknown' })).toEqual({});
      // What was read is what may be saved: by its id.
      expect(await save({ id: a, value: 'three', readers: ['someone'] })).toEqual({});
      const { secrets } = await client().call<Secrets>('SecretSvcApi.listSecrets', { body: { [one]: a } });
      expect(secrets).toMatchObject([{ id: a, value: 'three', readers: ['someone'] }]);
      const body = { [one]: a, [many]: [b, 'unknown'] };
      expect(await client().call('SecretSvcApi.removeSecrets', { body })).toEqual({});
      expect(await list()).toEqual({});
    });

    test('encryptValue, decryptValue, isSecure; what is sealed is saved with its checksum', async () => {
      const { value } = await client().call<{ value: string }>('SecretSvcApi.encryptValue', {
        body: { value: 'open me' },
      });
      expect(value).not.toContain('open');
      expect(await client().call('SecretSvcApi.decryptValue', { body: { value } })).toEqual({ value: 'open me' });
      // No key was set: the one that everybody knows is no secret.
      expect(await client().call('SecretSvcApi.isSecure')).toEqual({ isSecure: false });
      const checksum = createHash('sha256').update('open me').digest('hex');
      const sealed = { id: `${prefix}-sealed`, value, encrypted: true, checksumAlgorithm: 'SHA-256' };
      expect(await save({ ...sealed, checksum })).toEqual({});
      expect(await list()).toEqual({ [sealed.id]: 'open me' });
      const wrong = await refusalOf(client(), save({ ...sealed, checksum: checksum.replace(/^../, 'zz') }));
      expect(wrong).toMatchObject({ status: 400, error: expect.stringContaining('checksum') });
      await client().call('SecretSvcApi.removeSecrets', { body: { [one]: sealed.id } });
      const nothing = await refusalOf(client(), client().call('SecretSvcApi.encryptValue', { body: {} }));
      expect(nothing).toMatchObject({ status: 400, error: expect.stringContaining('Missing Data') });
    });
  });
}
