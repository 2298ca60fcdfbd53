import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ROUTES } from '../../src/api/contract/routes.ts';
import { testApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
  const { admin } = api;
  await admin.call('saveNode', {
    body: { node: { url: 'tcp://a:1', id: 'node_1', cluster: 'us-west1', zone: 'us-west1-b' } },
  });
  await admin.call('saveDefinition', {
    body: { definition: { id: 'def_1', image: { name: 'nginx' }, ports: [{ internal: 80, host: 8080 }] } },
  });
  await admin.call('saveDeployment', { body: { deployment: { id: 'depl_1', definitionId: 'def_1' } } });
});
afterAll(() => api[Symbol.asyncDispose]());

/** Bodies that every existing client reads. */
const ACCEPTED = {
  listDeployments: { deployments: [{ id: 'depl_1', definitionId: 'def_1', status: 'OK', replicas: 2 }] },
  listDefinitions: {
    definitions: [
      { id: 'def_1', image: { name: 'nginx', internalPorts: [80] }, ports: [{ internal: 80, host: 8080 }] },
      {
        id: 'def_2',
        repository: { url: 'https://x/y.git', internalPorts: [3000], buildContext: 'a', containerFile: 'b' },
      },
    ],
  },
  listInstances: {
    instances: [
      {
        id: 'inst_1',
        url: 'http://127.0.0.1:1',
        status: 'Healthy',
        slug: 'deploy-svc',
        lastHeartbeat: '2026-01-02T03:04:05.678Z',
      },
    ],
  },
  listNodes: {
    nodes: [
      {
        id: 'node_1',
        url: 'http://127.0.0.1:11337',
        lastHeartbeat: '2026-01-02T03:04:05.678Z',
        usage: {
          cpu: { used: 100, total: 100, percent: 1.5 },
          memory: { used: 1, total: 2, percent: 50 },
          disk: { used: 1, total: 2, percent: 50 },
        },
      },
    ],
  },
  login: {
    token: {
      id: 'tok_1',
      appId: 'app_1',
      createdAt: '2026-01-02T03:04:05.678Z',
      updatedAt: '2026-01-02T03:04:05.678Z',
      expiresAt: '2026-01-02T03:04:05.678Z',
      userId: 'usr_1',
      device: 'cli',
      active: true,
      token: 'jwt',
      app: { id: 'app_1', host: 'unnamed' },
    },
  },
  listConfigs: {
    configs: {
      aB: {
        id: 'aB',
        appId: 'app_1',
        branch: 'main',
        createdAt: '2026-01-02T03:04:05.678Z',
        updatedAt: '2026-01-02T03:04:05.678Z',
        dataJson: '',
        data: { k: 1 },
        version: '',
      },
    },
  },
  saveConfig: {},
  saveDeployment: {},
  saveDefinition: {},
  registerInstance: {},
} as const;

describe('the schemas of answers', () => {
  test.each(Object.keys(ACCEPTED) as (keyof typeof ACCEPTED)[])('%s: accept what clients accept, as it is', (name) => {
    expect(ROUTES[name].response.parse(ACCEPTED[name])).toEqual(ACCEPTED[name]);
  });

  test.each([
    ['a deployment without status', 'listDeployments', { deployments: [{ id: 'a', definitionId: 'b' }] }],
    ['an unknown status', 'listDeployments', { deployments: [{ id: 'a', definitionId: 'b', status: 'Degraded' }] }],
    ['an extra field', 'listDeployments', { deployments: [{ id: 'a', definitionId: 'b', status: 'OK', extra: 1 }] }],
    [
      'an extra field inside',
      'listDeployments',
      { deployments: [{ id: 'a', definitionId: 'b', status: 'OK', strategy: { x: 1 } }] },
    ],
    [
      'replicas that are no integer',
      'listDeployments',
      { deployments: [{ id: 'a', definitionId: 'b', status: 'OK', replicas: 1.5 }] },
    ],
    [
      'an image without ports',
      'listDefinitions',
      { definitions: [{ id: 'a', image: { name: 'x', internalPorts: [] } }] },
    ],
    [
      'an extra field on an instance',
      'listInstances',
      { instances: [{ id: 'a', url: 'u', status: 'Healthy', replicaId: 'r' }] },
    ],
    ['a node with its capacity', 'listNodes', { nodes: [{ id: 'a', url: 'u', capacity: {} }] }],
  ] as const)('refuse %s', (_, name, body) => {
    expect(ROUTES[name].response.safeParse(body).success).toBe(false);
  });
});

describe('requests as existing command lines send them', () => {
  const send = (method: string, path: string, body?: string): ReturnType<TestApi['send']> =>
    api.send(method, path, { token: api.adminToken, ...(body === undefined ? {} : { body }) });

  test.each(['null', '', '{}', ' \n', undefined])('lists of deployments and nodes with body %j', async (body) => {
    const [deployments, nodes] = [
      await send('POST', '/deploy-svc/deployments', body),
      await send('POST', '/registry-svc/nodes', body),
    ];
    expect([deployments.status, nodes.status]).toEqual([200, 200]);
    expect(deployments.json).toEqual({
      deployments: [{ id: 'depl_1', definitionId: 'def_1', replicas: 1, status: 'Pending', details: '' }],
    });
    expect(nodes.json).toMatchObject({ nodes: [{ id: 'node_1', url: 'tcp://a:1' }] });
  });

  test('login', async () => {
    const body = '{"appHost":"unnamed","device":"cli","password":"changeme","slug":"1backend"}';
    const answer = await api.send('POST', '/user-svc/login', { body });
    expect([answer.status, answer.json]).toMatchObject([200, { token: { device: 'cli', app: { host: 'unnamed' } } }]);
  });

  test('a deployment with a status that is forced by the client', async () => {
    const body = '{"deployment":{"id":"depl_oo","definitionId":"def_1","replicas":0,"status":"Deploying"}}';
    const answer = await send('PUT', '/deploy-svc/deployment', body);
    expect([answer.status, answer.text]).toEqual([200, '{}']);
    const { body: listed } = await api.admin.call('showDeployment', { params: { id: 'depl_oo' } });
    expect(listed.deployment).toEqual({
      id: 'depl_oo',
      definitionId: 'def_1',
      replicas: 0,
      status: 'Pending',
      details: '',
    });
    const removed = await send('DELETE', '/deploy-svc/deployment', '{"deploymentId":"depl_oo"}');
    expect([removed.status, removed.text]).toEqual([200, '{}']);
  });

  test('definitions: saved with 201 and an object, deleted with 204 and nothing', async () => {
    const saved = await send(
      'PUT',
      '/registry-svc/definition',
      '{"definition":{"id":"def_oo","repository":{"url":"https://x/y.git","ports":[3000]}}}',
    );
    expect([saved.status, saved.text]).toEqual([201, '{}']);
    const listed = await send('GET', '/registry-svc/definitions');
    expect(listed.json).toMatchObject({
      definitions: [{ image: { internalPorts: [80] } }, { repository: { internalPorts: [3000] } }],
    });
    for (const _ of ['there', 'gone']) {
      const deleted = await send('DELETE', '/registry-svc/definition/def_oo');
      expect([deleted.status, deleted.text]).toEqual([204, '']);
    }
  });

  test.each(['tcp:%2F%2Fb:1', 'tcp%3A%2F%2Fb%3A1'])('a node is removed by its URL written as %s', async (written) => {
    await api.admin.call('saveNode', { body: { node: { url: 'tcp://b:1' } } });
    const removed = await send('DELETE', `/registry-svc/node/${written}`);
    expect([removed.status, removed.text]).toEqual([204, '']);
    const { body } = await api.admin.call('listNodes', { body: {} });
    expect(body.nodes.map(({ url }) => url)).not.toContain('tcp://b:1');
  });

  test('instances, also with a second question mark in the query', async () => {
    const registered = await send('PUT', '/registry-svc/instance', '{"url":"http://127.0.0.1:1"}');
    expect([registered.status, registered.text]).toEqual([201, '{}']);
    const other = await send('PUT', '/registry-svc/instance', '{"scheme":"http","ip":"10.0.0.1","port":8080}');
    expect(other.status).toBe(201);
    const listed = await send('GET', '/registry-svc/instances?ip=10.0.0.1?app-host=&env=&help=false');
    expect(listed.json).toMatchObject({
      instances: [{ url: 'http://10.0.0.1:8080', slug: '1backend', status: 'Unknown' }],
    });
    expect((listed.json as { instances: unknown[] }).instances).toHaveLength(1);
  });

  test('an empty list is a list', async () => {
    const listed = await send('GET', '/registry-svc/instances?slug=nobody');
    expect(listed.text).toBe('{"instances":[]}');
  });

  test('every answer says that it is JSON, errors and 404 too', async () => {
    for (const path of ['/healthz', '/nowhere', '/deploy-svc/deployment/none', '/registry-svc/definitions']) {
      const { headers, json } = await send('GET', path);
      expect(headers.get('content-type')).toMatch(/^application\/json/);
      expect(json).toBeTypeOf('object');
    }
  });
});
