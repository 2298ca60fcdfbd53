import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DeploymentSpec } from '../../src/domain/deployment/events.ts';
import { testApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const full = {
  id: 'depl_myservice123',
  definitionId: 'def_myservice456',
  name: 'user-service-v2',
  replicas: 3,
  strategy: { type: 'RollingUpdate', maxUnavailable: 1, maxSurge: 2 },
  resources: { cpu: '500m', memory: '256Mi', vram: '24GB' },
  autoScaling: { minReplicas: 2, maxReplicas: 10, cpuThreshold: 80 },
  targetRegions: [{ cluster: 'us-west1', zone: 'us-west1-b' }, { cluster: 'local-docker' }],
  envars: { LOG_LEVEL: 'debug', constructor: 'kept' },
} as const;

describe('deployments', () => {
  test('are saved, listed as written with their status, shown and deleted', async () => {
    const { admin, store } = api;
    const saved = await admin.call('saveDeployment', {
      body: { deployment: { ...full, targetRegions: [...full.targetRegions] } },
    });
    expect(saved.body).toEqual({});
    expect(saved.position).toBe(await store.head());
    const { body } = await admin.call('listDeployments', { body: {} });
    expect(body.deployments).toEqual([{ ...full, status: 'Pending', details: '' }]);

    const shown = await admin.call('showDeployment', { params: { id: full.id } });
    expect(shown.body).toMatchObject({ phase: 'live', revision: 0, position: saved.position, replicas: [] });
    expect(shown.body.progress).toEqual({ desired: 3, ready: 0, updated: 0, total: 0 });

    const removed = await admin.call('deleteDeployment', { body: { deploymentId: full.id } });
    expect(removed.position).toBe(Number(saved.position) + 1);
    const after = await admin.call('listDeployments', { body: {} });
    const gone = { id: full.id, status: 'Deploying', details: expect.stringContaining('being stopped') };
    expect(after.body.deployments).toMatchObject([gone]);
    const again = await admin.call('deleteDeployment', { body: { deploymentId: full.id } });
    expect(again.position).toBeUndefined();
  });

  test('a save that changes nothing is no event, also when the keys come in another order', async () => {
    const { admin, store } = api;
    await admin.call('saveDeployment', {
      body: { deployment: { id: 'same', definitionId: 'd', envars: { A: '1', B: '2' } } },
    });
    const head = await store.head();
    const again = await admin.call('saveDeployment', {
      body: { deployment: { envars: { B: '2', A: '1' }, definitionId: 'd', id: 'same' } },
    });
    expect(again.position).toBeUndefined();
    expect(await store.head()).toBe(head);
  });

  test('absent and empty ids are made up, and each save is a deployment of its own', async () => {
    const { admin } = api;
    await admin.call('saveDeployment', { body: { deployment: { definitionId: 'made_up' } } });
    await admin.call('saveDeployment', { body: { deployment: { id: '', definitionId: 'made_up' } } });
    const { body } = await admin.call('listDeployments', { body: {} });
    const ids = body.deployments.filter(({ definitionId }) => definitionId === 'made_up').map(({ id }) => id);
    expect(ids).toEqual([expect.stringMatching(/^depl_/), expect.stringMatching(/^depl_/)]);
    expect(new Set(ids).size).toBe(2);
  });

  test('every problem is told at once, in the body and in the reason phrase', async () => {
    const { send, adminToken: token } = api;
    const body = JSON.stringify({
      deployment: {
        id: 'a b',
        replicas: -1,
        strategy: { type: 'rolingUpdate' },
        resources: { memory: 'lots' },
        envars: { A: 1 },
      },
    });
    const answer = await send('PUT', '/deploy-svc/deployment', { token, body });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({
      problems: [
        { field: 'id' },
        { field: 'definitionId', message: 'is required' },
        { field: 'replicas', message: 'must be from 0 to 10000, not -1', hint: 'nearest: 0' },
        { field: 'strategy.type', hint: 'did you mean RollingUpdate?' },
        { field: 'resources.memory', hint: 'write it like "128Mi", "4Gi", "512M" or "24GB"' },
        { field: 'envars.A', hint: 'quote it: "1"' },
      ],
    });
    expect(answer.reason).toMatch(/^id: "a b" is no id/);
    expect(answer.reason).toMatch(/^[\x20-\x7e]{1,200}$/);
  });

  test('cards and labels are kept, and shown where clients do not insist on the contract alone', async () => {
    const { admin } = api;
    const resources = { vram: '80GB', gpus: 2 };
    const requiredLabels = { disk: 'ssd' };
    await admin.call('saveDeployment', {
      body: { deployment: { id: 'placed', definitionId: 'd', resources, requiredLabels } },
    });
    const { body } = await admin.call('listDeployments', { body: {} });
    const listed = body.deployments.find(({ id }) => id === 'placed');
    expect(listed?.resources).toEqual({ vram: '80GB' });
    expect(listed).not.toHaveProperty('requiredLabels');
    const shown = await admin.call('showDeployment', { params: { id: 'placed' } });
    expect(shown.body.spec).toMatchObject({ resources, requiredLabels });
  });

  test.each([
    ['cpu', '2,5', '"500m", "1" or "2.5"'],
    ['memory', '128mi', '"128Mi", "4Gi", "512M" or "24GB"'],
    ['vram', '24 GB', '"128Mi", "4Gi", "512M" or "24GB"'],
  ])('%s: %j is refused with the accepted forms', async (field, text, forms) => {
    const { send, adminToken: token } = api;
    const body = JSON.stringify({ deployment: { definitionId: 'd', resources: { [field]: text } } });
    const answer = await send('PUT', '/deploy-svc/deployment', { token, body });
    const problem = {
      field: `resources.${field}`,
      message: `"${text}" is no quantity above 0`,
      hint: `write it like ${forms}`,
    };
    expect([answer.status, answer.json]).toMatchObject([400, { problems: [problem] }]);
  });

  test('an idempotency key makes a second command one', async () => {
    const { admin, store } = api;
    const save = (name: string): ReturnType<typeof admin.call<'saveDeployment'>> =>
      admin.call(
        'saveDeployment',
        { body: { deployment: { id: 'keyed', definitionId: 'd', name } } },
        { idempotencyKey: 'k-1' },
      );
    const one = await save('one');
    await save('two');
    const three = await save('one');
    expect(three.position).toBe(one.position);
    const row = await store.row<{ spec: DeploymentSpec }>('deployments', 'keyed');
    expect(row?.state.spec.name).toBe('two');
    expect(row?.version).toBe(2);
  });

  test('concurrent saves of one deployment all succeed, one after the other', async () => {
    const { admin, store } = api;
    const saves = Array.from({ length: 6 }, (_, index) =>
      admin.call('saveDeployment', { body: { deployment: { id: 'busy', definitionId: 'd', replicas: index + 1 } } }),
    );
    const positions = (await Promise.all(saves)).map(({ position }) => position);
    expect(new Set(positions).size).toBe(6);
    expect((await store.row('deployments', 'busy'))?.version).toBe(6);
  });

  test('who did it is in the log, under the correlation id of the request', async () => {
    const { admin, send, adminToken: token } = api;
    const body = JSON.stringify({ deployment: { id: 'traced', definitionId: 'd' } });
    const headers = { 'x-correlation-id': 'trace-me-12345' };
    const answer = await send('PUT', '/deploy-svc/deployment', { token, body, headers });
    expect(answer.headers.get('x-correlation-id')).toBe('trace-me-12345');
    const { body: log } = await admin.call('listEvents', { query: { stream: 'deployment/traced' } });
    expect(log.events).toMatchObject([
      { type: 'DeploymentSaved', actor: 'user/1backend', correlationId: 'trace-me-12345', version: 1 },
    ]);
  });

  test('an unknown one is not found', async () => {
    const answer = await api.send('GET', '/deploy-svc/deployment/nowhere', { token: api.adminToken });
    expect([answer.status, answer.json]).toMatchObject([
      404,
      { error: expect.stringContaining('nowhere does not exist') },
    ]);
  });
});
