import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DomainEvent } from '../../src/domain/event.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { command } from '../support/store.ts';
import { inventedDecision } from '../support/invented-decision.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api[Symbol.asyncDispose]());

/** A replica that holds a share of a node. */
function scheduled(nodeId: string, replicaId: string): DomainEvent {
  return {
    type: 'ReplicaScheduled',
    data: {
      replicaId,
      deploymentId: 'depl_on_node',
      generation: 1,
      ordinal: 0,
      revision: 1,
      reservation: {
        nodeId,
        cpuMillis: 1_000,
        memoryBytes: 2 * 1024 ** 3,
        vramBytes: 20 * 1024 ** 3,
        cards: [{ index: 0, vramBytes: 20 * 1024 ** 3 }],
        hostPorts: [],
      },
      decision: inventedDecision(nodeId),
      reason: 'test',
    },
  };
}

describe('nodes', () => {
  test('keep their id by URL; the same again is no event; what is left out stays', async () => {
    const { admin } = api;
    const node = { url: 'unix:///var/run/docker.sock', zone: 'z1', labels: { disk: 'ssd' } };
    const first = await admin.call('saveNode', { body: { node } });
    expect(first.body.node).toEqual({ id: expect.stringMatching(/^node_/), url: node.url });
    const again = await admin.call('saveNode', { body: { node: { url: node.url } } });
    expect([again.body.node.id, again.position]).toEqual([first.body.node.id, undefined]);
    const moved = await admin.call('saveNode', { body: { node: { url: node.url, cluster: 'us-west1' } } });
    expect(moved.position).toBeGreaterThan(Number(first.position));
    const { body } = await admin.call('listNodes', { body: { ids: [first.body.node.id] } });
    expect(body.nodes).toMatchObject([{ region: 'us-west1', availabilityZone: 'z1' }]);
  });

  test('registered by many at once are one', async () => {
    const calls = Array.from({ length: 5 }, () =>
      api.admin.call('saveNode', { body: { node: { url: 'tcp://raced:1' } } }),
    );
    const ids = (await Promise.all(calls)).map(({ body }) => body.node.id);
    expect(new Set(ids).size).toBe(1);
  });

  test('show what is reserved of them, and when their engine last answered', async () => {
    const { admin, store, heartbeats } = api;
    await admin.call('saveNode', { body: { node: { url: 'simulated://self', id: 'node_self' } } });
    await store.append(command('replica/r1', 0, [scheduled('node_self', 'r1')]));
    heartbeats.set('node_self', new Date('2026-01-02T03:04:05.678Z'));
    const { body } = await admin.call('selfNode', {});
    expect(body.node).toEqual({
      id: 'node_self',
      url: 'simulated://self',
      region: 'default',
      availabilityZone: 'default',
      lastHeartbeat: '2026-01-02T03:04:05.678Z',
      usage: {
        cpu: { used: 1_000, total: 4_000, percent: 25 },
        memory: { used: 2 * 1024 ** 3, total: 8 * 1024 ** 3, percent: 25 },
      },
      gpus: [
        expect.objectContaining({ id: 'simulated://self:0', name: 'A100', memoryUsage: 20_480, memoryTotal: 81_920 }),
      ],
    });
  });

  test('are not removed while replicas hold them, and the refusal says what to do', async () => {
    const { admin, send, adminToken: token, store } = api;
    const { body } = await admin.call('saveNode', { body: { node: { url: 'tcp://held:1' } } });
    const { id } = body.node;
    await store.append(command('replica/r2', 0, [scheduled(id, 'r2')]));
    const refused = await send('DELETE', `/registry-svc/node/${encodeURIComponent('tcp://held:1')}`, { token });
    const message = `node ${id} holds 1 replica(s) of 1 deployment(s) (depl_on_node); scale or remove them first: oo deployment remove depl_on_node`;
    expect([refused.status, refused.reason, refused.json]).toMatchObject([409, message, { error: message }]);
    const attempt = { replicaId: 'r2', deploymentId: 'depl_on_node', generation: 1 };
    const released = {
      nodeId: id,
      cpuMillis: 1_000,
      memoryBytes: 2 * 1024 ** 3,
      vramBytes: 20 * 1024 ** 3,
      hostPorts: [],
    };
    await store.append(
      command('replica/r2', 1, [
        { type: 'ReplicaStopping', data: { ...attempt, nodeId: id, reason: 'test' } },
        { type: 'ReplicaStopped', data: { ...attempt, released } },
      ]),
    );
    await admin.call('deleteNode', { params: { url: 'tcp://held:1' } });
    expect((await admin.call('listNodes', { body: { ids: [id] } })).body.nodes).toEqual([]);
    const back = await admin.call('saveNode', { body: { node: { url: 'tcp://held:1' } } });
    expect(back.body.node.id).toBe(id);
  });

  test.each([
    [{ url: 'tcp://down:1' }, 'url', /no engine answers at tcp:\/\/down:1: connect ECONNREFUSED/],
    [{ url: 'nonsense' }, 'url', /no engine's address/],
    [{ url: 'ssh://me:secret@host' }, 'url', /holds a password/],
    [{}, 'url', /is required/],
    [{ url: 'tcp://x:1', cluster: 'a b', labels: { a: 1 } }, 'cluster', /is no name/],
  ])('%j is refused', async (node, field, message) => {
    const answer = await api.send('PUT', '/registry-svc/node', {
      token: api.adminToken,
      body: JSON.stringify({ node }),
    });
    expect(answer.status).toBe(400);
    const { problems } = answer.json as { problems: unknown[] };
    expect(problems[0]).toMatchObject({ field, message: expect.stringMatching(message) });
    expect(answer.text).not.toContain('secret');
  });

  test('an id that belongs to another engine, and another id for a known engine, are conflicts', async () => {
    const { admin } = api;
    await admin.call('saveNode', { body: { node: { url: 'tcp://one:1', id: 'node_one' } } });
    for (const node of [
      { url: 'tcp://two:1', id: 'node_one' },
      { url: 'tcp://one:1', id: 'node_two' },
    ]) {
      await expect(admin.call('saveNode', { body: { node } })).rejects.toMatchObject({ status: 409 });
    }
  });
});

describe('definitions', () => {
  test('every problem is told at once', async () => {
    const definition = {
      id: 'bad id',
      image: { name: 'nginx:1' },
      repository: { url: '--upload-pack=evil', buildContext: '../..', internalPorts: [0, 80] },
      ports: [
        { internal: 80, host: 70_000 },
        { internal: 80, host: 8080 },
        { internal: 81, host: 8080 },
      ],
      envars: [{ key: 'A', value: 'x' }, { key: 'A', value: 1 }, { key: 'B=C' }],
      clients: [{ language: 'javascript', url: 'u' }],
    };
    const answer = await api.send('PUT', '/registry-svc/definition', {
      token: api.adminToken,
      body: JSON.stringify({ definition }),
    });
    expect(answer.status).toBe(400);
    expect((answer.json as { problems: { field: string }[] }).problems.map(({ field }) => field).toSorted()).toEqual([
      'clients[0].language',
      'envars[1].key',
      'envars[1].value',
      'envars[2].key',
      'id',
      'image',
      'ports[0].host',
      'ports[2].host',
      'repository.buildContext',
      'repository.internalPorts[0]',
      'repository.url',
    ]);
    expect(answer.text).toContain('did you mean JavaScript?');
  });

  test('need a port, from wherever', async () => {
    const save = (definition: object): ReturnType<TestApi['send']> =>
      api.send('PUT', '/registry-svc/definition', { token: api.adminToken, body: JSON.stringify({ definition }) });
    const none = await save({ id: 'portless', image: { name: 'nginx', internalPorts: [] } });
    expect(none.json).toMatchObject({ problems: [{ field: 'image.internalPorts', hint: 'internalPorts: [8080]' }] });
    expect((await save({ id: 'mapped', image: { name: 'nginx' }, ports: [{ internal: 80, host: 8081 }] })).status).toBe(
      201,
    );
  });
});

describe('instances', () => {
  test('are seen by their owner and the administrator, and are matched by every filter', async () => {
    const { admin } = api;
    const [one, two] = [await api.register('owner-one'), await api.register('owner-two')];
    await one.call('registerInstance', { body: { url: 'http://10.0.0.1:8080/api', deploymentId: 'depl_x' } });
    await two.call('registerInstance', { body: { url: 'https://ten.example:8443', id: 'inst_two', ip: '10.0.0.2' } });
    const list = async (client: typeof admin, query: object): Promise<string[]> => {
      const { body } = await client.call('listInstances', { query });
      return body.instances.map(({ slug = '' }) => slug).filter((slug) => slug.startsWith('owner'));
    };
    expect(await list(admin, {})).toHaveLength(2);
    expect(await list(one, {})).toEqual(['owner-one']);
    expect(await list(one, { slug: 'owner-two' })).toEqual([]);
    const filters = { deploymentId: 'depl_x', host: '10.0.0.1', scheme: 'http', path: '/api', slug: 'owner-one' };
    for (const filter of Object.entries(filters))
      expect(await list(admin, Object.fromEntries([filter]))).toEqual(['owner-one']);
    for (const query of [{ id: 'inst_two' }, { ip: '10.0.0.2' }])
      expect(await list(admin, query)).toEqual(['owner-two']);
    expect(await list(admin, { ...filters, path: '/other' })).toEqual([]);
  });

  test('are updated by URL by their owner alone', async () => {
    const { admin } = api;
    const [mine, other] = [await api.register('keeper'), await api.register('thief')];
    const url = 'http://10.0.0.9:1';
    await mine.call('registerInstance', { body: { url, path: '/a' } });
    await mine.call('registerInstance', { body: { url, path: '/b' } });
    await expect(other.call('registerInstance', { body: { url } })).rejects.toMatchObject({ status: 409 });
    const { body } = await admin.call('listInstances', { query: { host: '10.0.0.9' } });
    expect(body.instances).toMatchObject([{ slug: 'keeper', path: '/b' }]);
    const id = body.instances[0]?.id ?? '';
    await expect(other.call('registerInstance', { body: { id, url: 'http://10.0.0.10:1' } })).rejects.toMatchObject({
      status: 409,
    });
    await admin.call('removeInstance', { params: { id } });
    expect((await mine.call('listInstances', { query: {} })).body.instances).toEqual([]);
  });
});
