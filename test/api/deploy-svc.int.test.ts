import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { testApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let bearer: string;

beforeAll(async () => {
  api = await testApi();
  bearer = api.adminToken;
});
afterAll(() => api[Symbol.asyncDispose]());

const call = (method: 'put' | 'post' | 'delete', path: string): request.Test =>
  request(api.url)[method](path).set('Authorization', bearer).set('Content-Type', 'application/json');

describe('the three endpoints of the specification, as any client meets them', () => {
  test('PUT /deploy-svc/deployment answers an empty object as JSON', async () => {
    const answer = await call('put', '/deploy-svc/deployment').send({
      deployment: { id: 'depl_1', definitionId: 'def_1' },
    });
    expect([answer.status, answer.type, answer.body]).toEqual([200, 'application/json', {}]);
    expect(Number(answer.headers['x-log-position'])).toBeGreaterThan(0);
  });

  test.each([
    ['no body', ''],
    ['null', 'null'],
    ['an empty object', '{}'],
  ])('POST /deploy-svc/deployments takes %s', async (_, body) => {
    const answer = await call('post', '/deploy-svc/deployments').send(body);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ deployments: [{ id: 'depl_1', definitionId: 'def_1', replicas: 1 }] });
  });

  test('DELETE /deploy-svc/deployment reads its body, and an unknown id is no error', async () => {
    for (const deploymentId of ['depl_1', 'depl_never']) {
      const answer = await call('delete', '/deploy-svc/deployment').send({ deploymentId });
      expect([answer.status, answer.body]).toEqual([200, {}]);
    }
  });

  test('what cannot be is refused with every field, and nothing of it is stored', async () => {
    const head = await api.store.head();
    const deployment = { id: 'no good', replicas: -1, resources: { cpu: '1 core' }, strategy: { type: 'BlueGren' } };
    const { status, body } = await call('put', '/deploy-svc/deployment').send({ deployment });
    expect(status).toBe(400);
    expect(body.problems.map(({ field }: { field: string }) => field).toSorted()).toEqual([
      'definitionId',
      'id',
      'replicas',
      'resources.cpu',
      'strategy.type',
    ]);
    expect(await api.store.head()).toBe(head);
  });

  test.each([
    ['what is no JSON', '{'],
    ['no deployment', '{}'],
  ])('PUT refuses %s with 400 and one line of words', async (_, sent) => {
    const { status, type, body } = await call('put', '/deploy-svc/deployment').send(sent);
    expect([status, type]).toEqual([400, 'application/json']);
    expect(body.error).toMatch(/^[^\n]+$/);
  });

  test('without a token nothing is told', async () => {
    const answer = await request(api.url).post('/deploy-svc/deployments').send({});
    expect(answer.status).toBe(401);
    expect(Object.keys(answer.body).toSorted()).toEqual(['correlationId', 'error']);
  });
});
