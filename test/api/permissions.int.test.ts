import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { addressOf, type OperationName } from '../../src/api/contract/operations.ts';
import { ADMIN_ROLE, PERMISSIONS, permits, USER_ROLE } from '../../src/api/contract/permissions.ts';
import type { Route } from '../../src/api/contract/route.ts';
import { ROUTES } from '../../src/api/contract/routes.ts';
import { testApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let userToken: string;
beforeAll(async () => {
  api = await testApi();
  const { body } = await api.anybody.call('register', { body: { slug: 'plain-user', password: 'plain-password' } });
  userToken = body.token.token;
});
afterAll(() => api[Symbol.asyncDispose]());

const NAMES = Object.keys(ROUTES) as OperationName[];
/** What a plain account may do with the contract's deploy and registry services; everything else is the administrator's. */
const OF_USERS: readonly OperationName[] = ['listDefinitions', 'listInstances', 'registerInstance'];

/** Asks with nothing but the address. Whoever is let in gets some other answer than 401, if only a 400. */
async function ask(name: OperationName, token?: string): Promise<number> {
  const { method, path } = addressOf(name);
  const { status } = await api.send(method, path.replace(/\{\w+\}/g, 'x'), token === undefined ? {} : { token });
  expect(status).toBeLessThan(500);
  return status;
}

describe.each(NAMES)('%s', (name) => {
  const { permission }: Route = ROUTES[name];
  const open = permission === 'public' || permission === 'optional';

  test(open ? 'lets anybody in' : 'refuses whoever has no token', async () => {
    if (open) expect(await ask(name)).not.toBe(401);
    else expect(await ask(name)).toBe(401);
  });

  test('refuses a token that is not ours, unless it looks at none', async () => {
    const status = await ask(name, 'eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl');
    if (permission === 'public') expect(status).not.toBe(401);
    else expect(status).toBe(401);
  });

  test('lets a plain account do what plain accounts may, and no more', async () => {
    const allowed = open || permission === 'authenticated' || OF_USERS.includes(name);
    // Revoking would end the account's own token for the tests that follow.
    if (name === 'revokeTokens') return;
    if (allowed) expect(await ask(name, userToken)).not.toBe(401);
    else expect(await ask(name, userToken)).toBe(401);
  });

  test('lets the administrator', async () => {
    if (name === 'revokeTokens') return;
    expect(await ask(name, api.adminToken)).not.toBe(401);
  });
});

test('the administrator holds every permission, and an unknown role none', () => {
  for (const permission of PERMISSIONS) {
    expect(permits([ADMIN_ROLE], permission)).toBe(true);
    expect(permits(['no-such-role', 'constructor', '__proto__'], permission)).toBe(false);
  }
  expect(PERMISSIONS.filter((permission) => permits([USER_ROLE], permission))).toEqual([
    'registry-svc:definition:view',
    'registry-svc:instance:view',
    'registry-svc:instance:edit',
  ]);
});
