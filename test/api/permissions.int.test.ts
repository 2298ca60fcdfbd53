import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { addressOf, type OperationName } from '../../src/api/contract/operations.ts';
import { ADMIN_ROLE, holds, PERMISSIONS, permits, USER_ROLE } from '../../src/api/contract/permissions.ts';
import type { Route } from '../../src/api/contract/route.ts';
import { ROUTES } from '../../src/api/contract/routes.ts';
import { ADMIN, testApi, type TestApi } from '../support/api.ts';

const PLAIN = { slug: 'plain-user', password: 'plain-password' };
let api: TestApi;
beforeAll(async () => {
  api = await testApi();
  await api.anybody.call('register', { body: PLAIN });
});
afterAll(() => api[Symbol.asyncDispose]());

const NAMES = Object.keys(ROUTES) as OperationName[];
/** What a plain account may do with the contract's services; everything else is the administrator's. */
const OF_USERS: readonly OperationName[] = [
  'listDefinitions',
  'listInstances',
  'registerInstance',
  // Those of its own, and those that it is listed for.
  'listSecrets',
  'saveSecrets',
  'removeSecrets',
  'encryptValue',
  'decryptValue',
  'isSecure',
  'saveConfig',
  'changePassword',
];

/** Asks with nothing but the address. Whoever is let in gets some other answer than 401, if only a 400. */
async function ask(name: OperationName, token?: string): Promise<'let in' | 'refused'> {
  const { method, path } = addressOf(name);
  const { status } = await api.send(method, path.replace(/\{\w+\}/g, 'x'), token === undefined ? {} : { token });
  expect(status).toBeLessThan(500);
  return status === 401 ? 'refused' : 'let in';
}

const verdict = (allowed: boolean): 'let in' | 'refused' => (allowed ? 'let in' : 'refused');

describe.each(NAMES)('%s', (name) => {
  const { permission }: Route = ROUTES[name];
  const open = permission === 'public' || permission === 'optional';

  test('without a token', async () => {
    expect(await ask(name)).toBe(verdict(open));
  });

  test('with a token that is not ours', async () => {
    expect(await ask(name, 'eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl')).toBe(verdict(permission === 'public'));
  });

  test('with the token of a plain account', async () => {
    const { body } = await api.anybody.call('login', { body: { ...PLAIN, device: name } });
    // Asked for nothing in particular, the list of apps is all of them.
    const authenticated = permission === 'authenticated' && name !== 'listApps';
    const allowed = open || authenticated || OF_USERS.includes(name);
    expect(await ask(name, body.token.token)).toBe(verdict(allowed));
  });

  test('with the token of the administrator', async () => {
    const { body } = await api.anybody.call('login', { body: { ...ADMIN, device: name } });
    expect(await ask(name, body.token.token)).toBe('let in');
  });
});

test('the administrator holds every permission, and an unknown role none', () => {
  for (const permission of PERMISSIONS) {
    expect(permits([ADMIN_ROLE], permission)).toBe(true);
    expect(permits(['no-such-role', 'constructor', '__proto__'], permission)).toBe(false);
  }
  const admin = { roles: [ADMIN_ROLE], permitted: [] };
  expect(holds(admin, 'secret-svc:secret:save:otp-key')).toBe(true);
  expect(holds(admin, 'no-svc:such:permission:x')).toBe(false);
  expect(holds({ roles: [USER_ROLE], permitted: [] }, 'secret-svc:secret:save:otp-key')).toBe(false);
  expect(PERMISSIONS.filter((permission) => permits([USER_ROLE], permission))).toEqual([
    'registry-svc:definition:view',
    'registry-svc:instance:view',
    'registry-svc:instance:edit',
    'secret-svc:secret:list',
    'secret-svc:secret:save',
    'secret-svc:secret:remove',
    'user-svc:user:password-change',
    'config-svc:config:edit',
  ]);
});
