import { afterAll, beforeAll, expect, test } from 'vitest';

import { type TestApi, testApi } from '../support/api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await testApi();
  await api.admin.call('saveDefinition', {
    body: { definition: { id: 'def', image: { name: 'web:1', internalPorts: [80] } } },
  });
});
afterAll(() => api[Symbol.asyncDispose]());

async function standings(): Promise<readonly object[]> {
  return (await api.admin.call('listStandings', {})).body.standings;
}

test('each deployment stands in the list once, by id, with what is wanted of it; one that goes wants nothing', async () => {
  const before = Date.now();
  const strategy = { type: 'Recreate' } as const;
  await api.admin.call('saveDeployment', { body: { deployment: { id: 'b', definitionId: 'def', replicas: 3 } } });
  await api.admin.call('saveDeployment', { body: { deployment: { id: 'a', definitionId: 'def', strategy } } });
  await api.admin.call('saveDeployment', {
    body: { deployment: { id: 'a', definitionId: 'def', strategy, replicas: 2 } },
  });
  const seen = (await standings()) as { createdAt: string }[];
  const unplanned = { ready: 0, revision: 0, paused: false, createdAt: expect.any(String) as unknown };
  expect(seen).toEqual([
    { id: 'a', desired: 2, strategy: 'Recreate', ...unplanned },
    { id: 'b', desired: 3, strategy: 'RollingUpdate', ...unplanned },
  ]);
  for (const { createdAt } of seen) expect(Date.parse(createdAt)).toBeGreaterThanOrEqual(before - 1);

  await api.admin.call('deleteDeployment', { body: { deploymentId: 'b' } });
  expect(await standings()).toMatchObject([{ id: 'a' }, { id: 'b', desired: 0 }]);
});

test('who may not see deployments may not see how they stand', async () => {
  const ada = await api.register('ada');
  await expect(ada.call('listStandings', {})).rejects.toMatchObject({ status: 401 });
});
