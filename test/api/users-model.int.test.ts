import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Client } from '../../src/api/client.ts';
import { ApiError } from '../../src/api/client-error.ts';
import { testApi, type TestApi } from '../support/api.ts';

const SLUGS = ['model-a', 'model-b', 'model-c'] as const;
const ROLES = ['shop-svc:r', 'shop-svc:s', 'user-svc:user'] as const;
const ROUTES = {
  'registry-svc:node:view': (client: Client) => client.call('listNodes', { body: {} }),
  'deploy-svc:deployment:view': (client: Client) => client.call('listDeployments', { body: {} }),
  'user-svc:user:view': (client: Client) => client.call('listUsers', { body: { limit: 1 } }),
} as const;
type Permission = keyof typeof ROUTES;
const PERMISSIONS = Object.keys(ROUTES) as Permission[];

let api: TestApi;
const accounts = new Map<string, { readonly client: Client; readonly userId: string }>();
beforeAll(async () => {
  api = await testApi();
  for (const slug of SLUGS) {
    const client = await api.register(slug);
    accounts.set(slug, { client, userId: (await client.call('readSelf', { body: {} })).body.user.id });
  }
});
afterAll(() => api[Symbol.asyncDispose]());

const id = fc.constantFrom('m1', 'm2');
const some = <T extends string>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values]);
const step = fc.oneof(
  fc.record({
    kind: fc.constant('permit' as const),
    id,
    permissions: fc.subarray(PERMISSIONS, { minLength: 1 }),
    slugs: some(SLUGS),
    roles: some(ROLES),
  }),
  fc.record({ kind: fc.constant('forbid' as const), id }),
  fc.record({
    kind: fc.constant('enroll' as const),
    id,
    role: fc.constantFrom('shop-svc:r', 'shop-svc:s'),
    of: fc.constantFrom(...SLUGS),
  }),
  fc.record({ kind: fc.constant('dismiss' as const), id }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
type Of<K extends Step['kind']> = Extract<Step, { kind: K }>;

interface Model {
  readonly permits: Map<string, Of<'permit'>>;
  readonly enrolls: Map<string, Of<'enroll'>>;
}

async function carryOut({ permits, enrolls }: Model, one: Step): Promise<void> {
  switch (one.kind) {
    case 'permit': {
      const { kind: _, ...body } = one;
      const namesNobody = !permits.has(one.id) && one.slugs.length + one.roles.length === 0;
      const saving = api.admin.call('savePermits', { body: { permits: [body] } });
      const status = await saving.then(
        (answer) => answer.status,
        (error: unknown) => (error instanceof ApiError ? error.status : 0),
      );
      if (status !== (namesNobody ? 400 : 200))
        throw new Error(`a save for ${JSON.stringify(one)} ended with ${status}`);
      return void (namesNobody || permits.set(one.id, one));
    }
    case 'enroll': {
      const userId = accounts.get(one.of)?.userId;
      await api.admin.call('saveEnrolls', { body: { enrolls: [{ id: one.id, role: one.role, userId }] } });
      return void enrolls.set(one.id, one);
    }
    case 'forbid':
      await api.admin.call('removePermits', { body: { ids: [one.id] } });
      return void permits.delete(one.id);
    case 'dismiss':
      await api.admin.call('removeEnrolls', { body: { ids: [one.id] } });
      return void enrolls.delete(one.id);
    default:
      return one satisfies never;
  }
}

function expected({ permits, enrolls }: Model, slug: string, permission: Permission): boolean {
  const roles = ['user-svc:user', ...[...enrolls.values()].filter(({ of }) => of === slug).map(({ role }) => role)];
  return [...permits.values()].some(
    (one) =>
      one.permissions.includes(permission) &&
      (one.slugs.some((named) => named === slug) || one.roles.some((role) => roles.includes(role))),
  );
}

async function letIn(client: Client, permission: Permission): Promise<boolean> {
  try {
    await ROUTES[permission](client);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}

test('after whatever sequence of permits and enrolls each route lets in exactly whom a plain model lets in', async () => {
  let opened = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const model: Model = { permits: new Map(), enrolls: new Map() };
      await api.admin.call('removePermits', { body: { ids: ['m1', 'm2'] } });
      await api.admin.call('removeEnrolls', { body: { ids: ['m1', 'm2'] } });
      for (const one of steps) {
        await carryOut(model, one);
        for (const [slug, { client }] of accounts) {
          for (const permission of PERMISSIONS) {
            const open = await letIn(client, permission);
            expect([slug, permission, open]).toEqual([slug, permission, expected(model, slug, permission)]);
            opened += Number(open);
          }
        }
      }
    }),
    { numRuns: 6 },
  );
  expect(opened).toBeGreaterThan(5);
});
