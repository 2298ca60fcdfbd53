import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type ApiKey, type Client, refusalOf } from './client.ts';
import { configTests } from './config.ts';
import { containerTests, imageTests } from './container.ts';
import { deployTests } from './deploy.ts';
import { type Given, openGiven } from './given.ts';
import { clientName } from './install-clients.ts';
import { METHODS } from './methods.ts';
import { definitionTests, echoTests, registryTests } from './registry.ts';
import { secretTests } from './secret.ts';
import { formerUserTests, userTests } from './user.ts';

let whole: Given;
beforeAll(async () => {
  whole = await openGiven();
});
afterAll(() => whole[Symbol.asyncDispose]());
const given = (): Given => whole;

test('the clients are those that are published', async () => {
  expect(await clientName('0.9')).toBe('@1backend/client 0.9.18');
  expect(await clientName('0.3')).toBe('@1backend/client 0.3.0-rc.29');
});

describe.each(['0.9', '0.3'] as const)('client %s', (version) => {
  registryTests(version, given);
  containerTests(version, given);
  secretTests(version, given);

  test('a key is taken with Bearer, raw, and from a function at each call; without one, or a wrong one, it is 401', async () => {
    const client: Client<'0.9'> | Client<'0.3'> = given().clients[version];
    const { token } = given();
    let made = 0;
    const make = (): string => {
      made += 1;
      return `Bearer ${token}`;
    };
    const keys: ApiKey[] = [`Bearer ${token}`, token, make, async () => make()];
    for (const key of keys) {
      expect(await client.with(key).call('SecretSvcApi.isSecure')).toEqual({ isSecure: false });
    }
    expect(made).toBe(2);
    for (const key of [undefined, 'Bearer wrong', `${token}x`]) {
      const refused = await refusalOf(client, client.with(key).call('SecretSvcApi.isSecure'));
      expect(refused).toMatchObject({ status: 401, reason: refused.error });
    }
  });

  test('what a method needs is asked for before anything is sent', async () => {
    const client: Client<'0.9'> | Client<'0.3'> = given().clients[version];
    await expect(client.call('RegistrySvcApi.deleteNode', {})).rejects.toMatchObject({ name: 'RequiredError' });
    await expect(client.call('SourceSvcApi.checkoutRepo', {})).rejects.toMatchObject({ name: 'RequiredError' });
  });
});

describe('client 0.9 alone', () => {
  echoTests(given);
  configTests(given);
  userTests(given);
});

describe('client 0.3 alone', () => {
  definitionTests(given);
  deployTests(given);
  formerUserTests(given);
});

describe('both clients', () => {
  imageTests(given);
});

describe.each(['0.9', '0.3'] as const)('of client %s', (version) => {
  test('every method of the list was called, no other, and each is one of the client', async () => {
    const { called, module } = given().clients[version];
    expect([...called].toSorted()).toEqual([...METHODS[version]].toSorted());
    for (const name of METHODS[version]) {
      const [api = '', method = ''] = name.split('.');
      const prototype = module[api]?.prototype as Record<string, unknown> | undefined;
      expect([name, typeof prototype?.[method]]).toEqual([name, 'function']);
    }
  });
});
