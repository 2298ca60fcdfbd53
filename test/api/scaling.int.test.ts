import { afterAll, beforeAll, expect, test } from 'vitest';

import { decideScale } from '../../src/planner/autoscale/decide.ts';
import { remember } from '../../src/workers/autoscale/recommendations.ts';
import { POLICY, using } from '../planner/autoscale/load-model.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { command } from '../support/store.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const OF_THE_CONTRACT = { minReplicas: 1, maxReplicas: 5, cpuThreshold: 80 };
const deployment = {
  id: 'scaled',
  definitionId: 'def',
  replicas: 2,
  resources: { cpu: '500m', memory: '256Mi' },
  autoScaling: { ...OF_THE_CONTRACT, memoryThreshold: 70, scaleUpWindowSeconds: 30, scaleDownWindowSeconds: 600 },
};

test('what the contract has no place for is saved, and shown in the view alone', async () => {
  const { admin } = api;
  await admin.call('saveDeployment', { body: { deployment } });
  const { body } = await admin.call('listDeployments', { body: {} });
  expect(body.deployments[0]?.autoScaling).toEqual(OF_THE_CONTRACT);
  const shown = (await admin.call('showDeployment', { params: { id: deployment.id } })).body;
  expect(shown.spec['autoScaling']).toEqual(deployment.autoScaling);
  expect(shown.scaling).toEqual({ min: 1, max: 5, current: 2 });
});

test('the view tells the latest look and the latest step', async () => {
  const { admin, store, database } = api;
  const decision = decideScale(using(POLICY, [450, 480], { recommendations: [{ replicas: 2, ageMs: 10 }] }));
  await remember(database.db, [{ deploymentId: deployment.id, decision, windowMs: 600_000 }]);
  const { from, to, sentence: reason, numbers } = decision;
  const now = Date.UTC(2030, 0, 1);
  const data = { deploymentId: deployment.id, by: 'autoscaler' as const, from, to, reason, now, numbers };
  await store.append(command(`deployment/${deployment.id}`, 'any', [{ type: 'DeploymentScaled', data }]));
  const { scaling, progress } = (await admin.call('showDeployment', { params: { id: deployment.id } })).body;
  expect(scaling).toEqual({
    min: 1,
    max: 5,
    current: 3,
    looked: { at: expect.stringMatching(/^2\d{3}-/), sentence: reason, numbers },
    last: { from: 2, to: 3, reason, at: '2030-01-01T00:00:00.000Z' },
  });
  expect(progress.desired).toBe(3);
});

test('a deployment that does not scale itself, or is being deleted, tells nothing of it', async () => {
  const { admin } = api;
  await admin.call('saveDeployment', { body: { deployment: { id: 'still', definitionId: 'def' } } });
  const still = await admin.call('showDeployment', { params: { id: 'still' } });
  expect(still.body.scaling).toBeUndefined();
  await admin.call('deleteDeployment', { body: { deploymentId: deployment.id } });
  const gone = await admin.call('showDeployment', { params: { id: deployment.id } });
  expect(gone.body.scaling).toBeUndefined();
});

test('what could not be measured is refused, with the field to set', async () => {
  const sent = { deployment: { id: 'blind', definitionId: 'def', autoScaling: { memoryThreshold: 60 } } };
  const answer = await api.send('PUT', '/deploy-svc/deployment', {
    token: api.adminToken,
    body: JSON.stringify(sent),
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('is 60 % of resources.memory, which is not set');
});
