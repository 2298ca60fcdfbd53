import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DeploymentEvent } from '../../src/domain/deployment/evolve.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { command, testStore } from '../support/store.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi({ world: await testStore({ inventsDecisions: true }) });
});
afterAll(() => api[Symbol.asyncDispose]());

const template = { definitionId: 'def', image: 'web:1', ports: [], env: {} };

/** A deployment of which revision 1 was OK and revision 2 is rolled out, as a worker would have left it. */
async function rolling(id: string, more: object = {}): Promise<void> {
  await api.admin.call('saveDeployment', { body: { deployment: { id, definitionId: 'def', replicas: 2, ...more } } });
  const revise = (revision: number): DeploymentEvent => ({
    type: 'RevisionCreated',
    data: { deploymentId: id, revision, template, fingerprint: `f${revision}` },
  });
  const status = (next: 'Deploying' | 'OK'): DeploymentEvent => ({
    type: 'DeploymentStatusChanged',
    data: { deploymentId: id, status: next, details: '' },
  });
  const events = [revise(1), status('Deploying'), status('OK'), revise(2), status('Deploying')];
  await api.store.append(command(`deployment/${id}`, 'any', events));
}

async function told(id: string): Promise<readonly object[]> {
  const { body } = await api.admin.call('listEvents', { query: { stream: `deployment/${id}` } });
  return body.events.filter(({ actor }) => actor === 'user/1backend').slice(1);
}

const post = (path: string, body: object = {}): ReturnType<TestApi['send']> =>
  api.send('POST', `/deploy-svc/deployment/${path}`, { token: api.adminToken, body: JSON.stringify(body) });

describe('commands to a rollout', () => {
  test('pause and resume are events with who and why, and the view says so; the same again is none', async () => {
    await rolling('p');
    const { admin, store } = api;
    const one = await admin.call('pauseDeployment', { params: { id: 'p' }, body: { reason: 'lunch' } });
    expect([one.body, one.position]).toEqual([{}, await store.head()]);
    expect((await admin.call('pauseDeployment', { params: { id: 'p' }, body: {} })).position).toBeUndefined();
    const view = await admin.call('showDeployment', { params: { id: 'p' } });
    expect(view.body).toMatchObject({ paused: { by: 'user/1backend', reason: 'lunch' }, targetRevision: 2 });

    await admin.call('resumeDeployment', { params: { id: 'p' }, body: {} });
    expect((await admin.call('resumeDeployment', { params: { id: 'p' }, body: {} })).position).toBeUndefined();
    expect((await admin.call('showDeployment', { params: { id: 'p' } })).body.paused).toBeUndefined();
    expect(await told('p')).toMatchObject([
      { type: 'RolloutPaused', actor: 'user/1backend', data: { by: 'user/1backend', reason: 'lunch' } },
      { type: 'RolloutResumed', data: { by: 'user/1backend' } },
    ]);
  });

  test('abort goes back, and the view tells from what to what; a second one is refused', async () => {
    await rolling('a');
    await api.admin.call('abortDeployment', { params: { id: 'a' }, body: { reason: 'slow' } });
    const { body } = await api.admin.call('showDeployment', { params: { id: 'a' } });
    expect(body).toMatchObject({
      revision: 2,
      targetRevision: 1,
      rollback: { revision: 2, backTo: 1, reason: 'slow', by: 'user/1backend', done: false },
    });
    const again = await post('a/abort');
    expect([again.status, again.json]).toMatchObject([409, { error: expect.stringContaining('oo deployment get a') }]);
  });

  test('promote is an event of the step that it lets go; the view shows the release, and the contract a strategy that it knows', async () => {
    const strategy = { type: 'Canary' as const, steps: [{ weight: 25 }, { weight: 50, pauseSeconds: 60 }] };
    await rolling('c', { strategy });
    const first = await post('c/promote');
    expect([first.status, JSON.stringify(first.json)]).toEqual([409, expect.stringContaining('oo deployment get c')]);
    const shares = [
      { revision: 1, weight: 75 },
      { revision: 2, weight: 25 },
    ];
    const data = { deploymentId: 'c', shares, step: 0, reason: 'test' };
    await api.store.append(command('deployment/c', 'any', [{ type: 'TrafficShifted', data }]));
    const { body } = await api.admin.call('showDeployment', { params: { id: 'c' } });
    expect(body).toMatchObject({
      deployment: { strategy: { type: 'RollingUpdate' } },
      spec: { strategy },
      release: {
        strategy: 'Canary',
        from: 1,
        to: 2,
        weight: 25,
        stage: 'watching',
        step: 1,
        steps: 2,
        waitsFor: 'promotion',
      },
      versions: [
        { revision: 1, weight: 75, ready: 0 },
        { revision: 2, weight: 25, ready: 0 },
      ],
    });
    const { body: listed } = await api.admin.call('listDeployments', { body: {} });
    expect(listed.deployments.find(({ id }) => id === 'c')?.strategy).toEqual({ type: 'RollingUpdate' });
    const { body: standings } = await api.admin.call('listStandings', {});
    expect(standings.standings.find(({ id }) => id === 'c')?.strategy).toBe('Canary');

    await api.admin.call('promoteDeployment', { params: { id: 'c' }, body: { reason: 'looks good' } });
    expect((await api.admin.call('promoteDeployment', { params: { id: 'c' }, body: {} })).position).toBeUndefined();
    await api.admin.call('promoteDeployment', { params: { id: 'c' }, body: { full: true } });
    expect(await told('c')).toMatchObject([
      { type: 'RolloutPromoted', data: { revision: 2, step: 0, full: false, reason: 'looks good' } },
      { type: 'RolloutPromoted', data: { revision: 2, step: 0, full: true } },
    ]);
  });

  test('a rollback to the revision that a release came from is a switch back: nothing is saved', async () => {
    await rolling('b', { strategy: { type: 'BlueGreen' } });
    const planned = { deploymentId: 'b', snapshotPosition: 1, seed: 1, now: 1, actions: [], report: [] };
    const data = { deploymentId: 'b', shares: [{ revision: 2, weight: 100 }], step: 0, reason: 'test' };
    const events: DeploymentEvent[] = [
      { type: 'DeploymentPlanned', data: planned },
      { type: 'TrafficShifted', data },
    ];
    await api.store.append(command('deployment/b', 'any', events));
    await api.admin.call('rollbackDeployment', { params: { id: 'b' }, body: { reason: 'slow' } });
    expect(await told('b')).toMatchObject([
      { type: 'RolloutFailed', data: { revision: 2, backTo: 1, reason: 'slow', by: 'user/1backend' } },
    ]);
  });

  test('restart says whether at once', async () => {
    await rolling('r');
    await api.admin.call('restartDeployment', { params: { id: 'r' }, body: { now: true, reason: 'leak' } });
    expect(await told('r')).toMatchObject([{ type: 'RolloutRestarted', data: { now: true, reason: 'leak' } }]);
  });

  test('scale saves the deployment as it was with another count', async () => {
    const envars = { MODE: 'a' };
    await rolling('s', { envars });
    await api.admin.call('scaleDeployment', { params: { id: 's' }, body: { replicas: 5 } });
    const none = await api.admin.call('scaleDeployment', { params: { id: 's' }, body: { replicas: 5 } });
    expect(none.position).toBeUndefined();
    const spec = { id: 's', definitionId: 'def', replicas: 5, envars };
    expect(await told('s')).toMatchObject([{ type: 'DeploymentSaved', data: { spec, scaled: true } }]);
  });

  test('what a strategy says of rollbacks is kept, and shown in the view and not on the path of the contract', async () => {
    const strategy = { autoRollback: false, progressDeadlineSeconds: 30 };
    await rolling('k', { strategy });
    expect((await api.admin.call('showDeployment', { params: { id: 'k' } })).body.spec).toMatchObject({ strategy });
    const { body } = await api.admin.call('listDeployments', { body: {} });
    expect(body.deployments.find(({ id }) => id === 'k')?.strategy).toEqual({});
  });

  test.each<[string, object, number, string]>([
    ['nowhere/pause', {}, 404, 'deployment nowhere does not exist; oo deployment list'],
    ['nowhere/scale', { replicas: 1 }, 404, 'does not exist'],
    ['e/scale', {}, 400, 'replicas: is required'],
    ['e/scale', { replicas: 10_001 }, 400, 'must be from 0 to 10000, not 10001'],
    ['e/restart', { now: 'yes' }, 400, 'now: must be true or false'],
    ['e/pause', { reason: 'x'.repeat(501) }, 400, 'reason: has 501 characters'],
    ['auto/scale', { replicas: 3 }, 409, 'set autoScaling.minReplicas, 2 now'],
    ['new/abort', {}, 409, 'no revision of new was ever OK'],
    ['new/restart', {}, 409, 'oo deployment watch new'],
    ['new/promote', {}, 409, 'new is replaced in place (RollingUpdate): only BlueGreen and Canary have steps'],
    ['e/promote', { full: 'yes' }, 400, 'full: must be true or false'],
  ])('POST %s %j is %i', async (path, body, status, message) => {
    const { admin } = api;
    await admin.call('saveDeployment', { body: { deployment: { id: 'e', definitionId: 'd' } } });
    await admin.call('saveDeployment', { body: { deployment: { id: 'new', definitionId: 'd' } } });
    const autoScaling = { minReplicas: 2 };
    await admin.call('saveDeployment', { body: { deployment: { id: 'auto', definitionId: 'd', autoScaling } } });
    const head = await api.store.head();
    const answer = await post(path, body);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.json)).toContain(status === 400 ? message.split(': ').at(-1) : message);
    expect(await api.store.head()).toBe(head);
  });
});
