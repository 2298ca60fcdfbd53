import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createClient } from '../../src/api/client.ts';
import { addressOf, type OperationName } from '../../src/api/contract/operations.ts';
import { ADMIN_ROLE, holds, PERMISSIONS, permits, USER_ROLE } from '../../src/api/contract/permissions.ts';
import { ROUTES } from '../../src/api/contract/routes.ts';
import { ADMIN_ONLY, type Case, PERMISSION_TABLE } from './permission-table.ts';
import { type Marker, MARKERS, permissionWorld, type PermissionWorld, type Role, ROLES } from './permission-world.ts';

let world: PermissionWorld;
beforeAll(async () => {
  world = await permissionWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const NAMES = Object.keys(ROUTES) as OperationName[];
/** A route without a row is the administrator's alone, and its missing row a failure of its own. */
const CASES = NAMES.flatMap((name) =>
  (Object.hasOwn(PERMISSION_TABLE, name) ? PERMISSION_TABLE[name] : [ADMIN_ONLY]).map((each) => ({
    name,
    each,
    title: [name, each.what].filter((part) => part !== undefined).join(' '),
  })),
);
/** Whoever may change things comes last. */
const STRANGERS = ROLES.filter((role) => role !== 'admin');

interface Asked {
  readonly status: number;
  /** All that was answered: reason, headers and body. */
  readonly whole: string;
}

async function ask(name: OperationName, { input }: Case, role: Role): Promise<Asked> {
  const { path } = addressOf(name);
  const params = Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, key = '']) => [key, 'x']));
  const token = world.tokens[role];
  const request = createClient({ baseUrl: world.api.url, token }).request(name, { params, ...input?.(world) });
  const response = await fetch(request);
  const headers = [...response.headers].map((pair) => pair.join(': '));
  return { status: response.status, whole: [response.statusText, ...headers, await response.text()].join('\n') };
}

function markersIn(text: string): Marker[] {
  return (Object.keys(MARKERS) as Marker[]).filter((marker) => text.includes(MARKERS[marker]));
}

test('every operation has a row', () => {
  const missing = NAMES.filter((name) => !Object.hasOwn(PERMISSION_TABLE, name));
  expect(missing, 'write one in test/api/permission-table.ts').toEqual([]);
  expect(Object.keys(PERMISSION_TABLE).filter((name) => !(name in ROUTES))).toEqual([]);
  for (const cases of Object.values(PERMISSION_TABLE)) expect(cases.length).toBeGreaterThan(0);
});

describe.each(CASES)('$title', ({ name, each }) => {
  test.each(STRANGERS)('as %s', async (role) => {
    const { status, whole } = await ask(name, each, role);
    const refusal = role === 'none' ? (each.withoutToken ?? 401) : 401;
    const letIn = each.for.includes(role);
    // Whoever is let in gets some other answer, if only a 400.
    const standing = status === 401 || status === 422 ? status : status < 500 ? 'let in' : whole;
    expect([standing, markersIn(whole)]).toEqual(letIn ? ['let in', each.sees ?? []] : [refusal, []]);
  });
});

describe('the stream of events', () => {
  test.each(ROLES)('as %s', async (role) => {
    const token = world.tokens[role];
    const headers = {
      accept: 'text/event-stream',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const stop = new AbortController();
    const response = await fetch(`${world.api.url}/deploy-svc/events`, { headers, signal: stop.signal });
    const known = !['none', 'malformed', 'revoked'].includes(role);
    // What of others each sees of it: test/api/history-sight.int.test.ts. The stream of who is let in has no end.
    const said = known ? '' : await response.text();
    expect([response.status, markersIn(said)]).toEqual([known ? 200 : 401, []]);
    stop.abort();
  });
});

test('all of that has changed nothing of what belongs to others', async () => {
  const { api, ownerToken, instanceId, nodeId, containerId } = world;
  const owner = createClient({ baseUrl: api.url, token: ownerToken });
  const admin = createClient({ baseUrl: api.url, token: world.tokens.admin });
  expect((await owner.call('listSecrets', { body: {} })).body.secrets).toMatchObject([{ value: MARKERS.secret }]);
  expect((await admin.call('listSecrets', { body: { ids: ['admin-secret'] } })).body.secrets).toMatchObject([
    { value: MARKERS.adminSecret, readers: null },
  ]);
  expect((await owner.call('listInstances', { query: {} })).body.instances).toMatchObject([
    { id: instanceId, slug: 'owner', url: `http://127.0.0.1:1/${MARKERS.instance}` },
  ]);
  const { body } = await admin.call('listConfigs', { body: { appHost: 'theirs.app' } });
  expect(body.configs).toMatchObject({ owner: { data: { mark: MARKERS.config } } });
  const { spec, phase } = (await admin.call('showDeployment', { params: { id: 'depl-of-others' } })).body;
  expect([phase, spec]).toMatchObject(['live', { description: MARKERS.deployment }]);
  expect((await admin.call('listDefinitions', {})).body.definitions).toMatchObject([
    { id: 'def-of-others', image: { name: 'web:1' } },
  ]);
  expect((await admin.call('listNodes', { body: {} })).body).toMatchObject({
    nodes: [{ id: nodeId, region: MARKERS.node }],
  });
  const { containers } = (await admin.call('listContainers', { body: { nodeId } })).body;
  expect(containers).toMatchObject([{ id: containerId, status: 'running' }]);
});

describe.each(CASES)('$title', ({ name, each }) => {
  test('as admin', async () => {
    const { status, whole } = await ask(name, each, 'admin');
    expect(status, whole).not.toBe(401);
    expect([502, 504].includes(status) || status < 500, whole).toBe(true);
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
});

test('what a plain account holds is little, and said here once more', () => {
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
