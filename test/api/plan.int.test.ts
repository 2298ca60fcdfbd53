import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { InputOf } from '../../src/api/client.ts';
import type { PlanView } from '../../src/api/contract/plan.ts';
import { plan } from '../../src/planner/planner.ts';
import type { LoadedSnapshot } from '../../src/workers/plan/load-snapshot.ts';
import { loadSnapshot } from '../../src/workers/plan/load-snapshot.ts';
import { planCommand } from '../../src/workers/plan/plan-command.ts';
import { testApi, type TestApi } from '../support/api.ts';

type Question = NonNullable<InputOf<'planDeployment'>['body']>;
type Deployment = NonNullable<Question['deployment']>;

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
  for (const id of ['a', 'b']) {
    await api.admin.call('saveNode', { body: { node: { url: `simulated://${id}`, id, cluster: 'eu', zone: id } } });
  }
  await define('web:1');
});
afterAll(() => api[Symbol.asyncDispose]());

const define = (image: string): Promise<unknown> =>
  api.admin.call('saveDefinition', {
    body: { definition: { id: 'def', image: { name: image, internalPorts: [80] } } },
  });
const ask = async (body: Question): Promise<PlanView> => (await api.admin.call('planDeployment', { body })).body;
const save = async (deployment: Deployment, planPosition?: number): Promise<void> => {
  await api.admin.call('saveDeployment', { body: { deployment, planPosition } });
};

/** Plans as a worker does, until nothing is left to do; what was started is ready in between. The first decision's actions. */
async function work(id: string): Promise<readonly string[]> {
  let first: readonly string[] | undefined;
  for (;;) {
    const loaded = await loadSnapshot(api.store, id, Date.now());
    if (loaded === undefined) throw new Error(`no deployment ${id}`);
    const fence = { workerId: 'test' };
    const command = planCommand(plan(loaded.snapshot), loaded, { actor: 'worker/test', correlationId: 'test' }, fence);
    if (command === undefined) return first ?? [];
    const { fence: _, ...unfenced } = command;
    await api.store.append(unfenced);
    const planned = command.appends[0]?.events.find(({ type }) => type === 'DeploymentPlanned');
    if (planned?.type === 'DeploymentPlanned') first ??= planned.data.actions;
    await comeOff(await loadSnapshot(api.store, id, Date.now()));
  }
}

/** What starts is ready, what stops is gone. */
async function comeOff(loaded: LoadedSnapshot | undefined): Promise<void> {
  for (const { id: replicaId, deploymentId, generation, status, reservation } of loaded?.snapshot.replicas ?? []) {
    const ids = { replicaId, deploymentId, generation };
    const append = { stream: `replica/${replicaId}`, expectedVersion: 'any' as const };
    const context = { actor: 'worker/test', correlationId: 'test' };
    if (status === 'Scheduled') {
      await api.store.append({
        context,
        appends: [
          {
            ...append,
            events: [
              { type: 'ContainerCreated', data: { ...ids, containerId: 'c', adopted: false } },
              { type: 'ContainerStarted', data: { ...ids, containerId: 'c', ports: [] } },
              { type: 'ReplicaReady', data: ids },
            ],
          },
        ],
      });
    }
    if (status === 'Stopping') {
      const data = { ...ids, ...(reservation && { released: reservation }) };
      await api.store.append({ context, appends: [{ ...append, events: [{ type: 'ReplicaStopped', data }] }] });
    }
  }
}

describe('a plan, then the save of it', () => {
  const web = { id: 'web', definitionId: 'def', replicas: 2, resources: { cpu: '500m' } };
  const kinds: readonly (readonly [string, () => Promise<unknown>, Deployment, number])[] = [
    ['the first save', async () => undefined, web, 1],
    ['more replicas', async () => undefined, { ...web, replicas: 4 }, 1],
    ['a new image', () => define('web:2'), { ...web, replicas: 4, description: 'with the new image' }, 4],
    [
      'another region',
      async () => undefined,
      { ...web, replicas: 4, targetRegions: [{ cluster: 'eu', zone: 'b' }] },
      0,
    ],
    ['resources that nobody has', async () => undefined, { ...web, resources: { cpu: '900' } }, 1],
  ];

  test.each(kinds)(
    '%s: the decision is the one that was shown, and nothing was stored before',
    async (_, prepare, deployment, steps) => {
      await prepare();
      const head = await api.store.head();
      const shown = await ask({ deployment });
      expect(await api.store.head()).toBe(head);
      expect(shown).toMatchObject({ deploymentId: 'web', position: head, saves: true, changes: true });
      expect(shown.steps.length).toBeGreaterThanOrEqual(steps);
      await save(deployment, shown.position);
      expect(await work('web')).toEqual(shown.actions.map(({ text }) => text));
      const { body } = await api.admin.call('showDeployment', { params: { id: 'web' } });
      expect([body.deployment.status, body.deployment.details, body.progress.ready]).toEqual([
        shown.end.status,
        shown.end.details,
        shown.end.ready,
      ]);
      const again = await ask({ deployment });
      expect([again.changes, again.saves, again.diff, again.actions]).toEqual([
        shown.end.status === 'Failed',
        false,
        [],
        [],
      ]);
    },
  );
});

describe('a question without a save', () => {
  const id = 'asked';
  const deployment = { id, definitionId: 'def', replicas: 2, resources: { cpu: '100m' } };
  let settled: number;
  beforeAll(async () => {
    await save(deployment);
    await work(id);
    settled = await api.store.head();
  });

  test('as it is nothing would change; without a node its replicas are given up and started elsewhere', async () => {
    expect(await ask({ deploymentId: id })).toMatchObject({
      changes: false,
      saves: false,
      diff: [],
      actions: [],
      steps: [],
    });
    const shown = await ask({ deploymentId: id, withoutNodes: ['simulated://a'] });
    expect(shown.actions.map(({ type, nodeId }) => [type, nodeId])).toEqual([
      ['lose', 'a'],
      ['schedule', 'b'],
    ]);
    expect(shown).toMatchObject({
      changes: true,
      saves: false,
      ready: 2,
      mostUnavailable: 1,
      end: { status: 'OK', ready: 2 },
    });
    expect(await api.store.head()).toBe(settled);
  });

  test('without any node it says why, in numbers; with a supposed one there is room', async () => {
    const wide = { ...deployment, resources: { cpu: '6' } };
    const short = await ask({ deployment: wide });
    expect(short.report.join('\n')).toContain('cpu needs 6, has');
    expect(short.end).toMatchObject({
      status: 'Deploying',
      ready: 2,
      blocked: [
        '2 ready replicas stay until others are ready: at least 2 of 2 must be',
        '1 more replica waits for room: 2 exist, at most 3 may',
        '1 replica fits no node: a cpu needs 6, has 3.4 free of 4; b cpu needs 6, has 3.4 free of 4',
      ],
    });
    const big = { name: 'big', cpu: '16', memory: '32Gi', cluster: 'eu', zone: 'c', labels: { disk: 'ssd' } };
    const shown = await ask({ deployment: wide, withNodes: [big] });
    expect(shown.actions.filter(({ type }) => type === 'schedule').map(({ nodeId }) => nodeId)).toContain('big');
    expect(shown.end).toMatchObject({ status: 'OK', ready: 2, blocked: [] });
  });

  test('a rolling update of one at a time is told in its steps, with what is missing and too much at worst', async () => {
    const strategy = { type: 'RollingUpdate' as const, maxUnavailable: 1, maxSurge: 0 };
    const shown = await ask({ deployment: { ...deployment, strategy, envars: { MODE: 'new' } } });
    expect(shown).toMatchObject({
      mostUnavailable: 1,
      mostSurge: 0,
      wanted: 2,
      ready: 2,
      revision: 1,
      nextRevision: 2,
    });
    expect(shown.steps.length).toBeGreaterThan(2);
    expect(shown.diff).toMatchObject([
      { field: 'envars.MODE', after: 'new', text: 'envars.MODE added: new' },
      ...Object.keys(strategy)
        .toSorted()
        .map((name) => ({ field: `strategy.${name}` })),
    ]);
    const surging = { type: 'RollingUpdate' as const, maxUnavailable: 0, maxSurge: 1 };
    expect(await ask({ deployment: { ...deployment, strategy: surging, envars: { MODE: 'new' } } })).toMatchObject({
      mostUnavailable: 0,
      mostSurge: 1,
    });
  });

  test('in the state of then: before the first save it is a first save', async () => {
    await save({ ...deployment, replicas: 3 });
    await work(id);
    const then = await ask({ deployment, at: settled });
    expect(then).toMatchObject({ position: settled, saves: false, changes: false, ready: 2 });
    const [event] = await api.store.read({ after: settled - 1, limit: 1 });
    const byTime = await ask({ deployment: { ...deployment, replicas: 1 }, at: event?.at.toISOString() ?? '' });
    expect(byTime).toMatchObject({ position: settled, at: event?.at.toISOString(), ready: 2 });
    expect(byTime.diff).toEqual([{ field: 'replicas', before: 2, after: 1, text: 'replicas 2 -> 1' }]);
    expect(await ask({ deployment, at: 3 })).toMatchObject({ saves: true, revision: 0, nextRevision: 0, ready: 0 });
  });

  test('what would be found missing on the way is warned of', async () => {
    const nothing = await ask({ deployment: { id: 'new', definitionId: 'nowhere', envars: { A: '{{secret:none}}' } } });
    expect(nothing.warnings).toEqual([
      { kind: 'definition', message: 'definition nowhere does not exist: oo definition save FILE' },
      { kind: 'secret', message: 'secret none does not exist: oo secret save none VALUE' },
    ]);
    expect(nothing.status).toBe('Failed');
    const { warnings } = await ask({ deployment: { id: 'new', definitionId: 'def' } });
    expect(warnings).toMatchObject([{ kind: 'image', message: expect.stringContaining('web:2') }]);
  });

  test.each([
    [{}, 'deployment'],
    [{ deploymentId: id, deployment }, 'deployment'],
    [{ deployment: { ...deployment, replicas: -1 } }, 'replicas'],
    [{ deploymentId: id, withoutNodes: ['nobody'] }, 'withoutNodes[0]'],
    [{ deploymentId: id, withNodes: [{ name: 'a', cpu: '1', memory: '1Gi' }] }, 'withNodes[0].name'],
    [{ deploymentId: id, withNodes: [{ name: 'c', cpu: 'much', memory: '1Gi' }] }, 'withNodes[0].cpu'],
    [{ deploymentId: id, at: 99_999_999 }, 'at'],
    [{ deploymentId: id, at: 'yesterday' }, 'at'],
    [{ deploymentId: id, at: '2999-01-01' }, 'at'],
  ])('%j is refused at %s', async (body, field) => {
    await expect(ask(body as Question)).rejects.toMatchObject({ status: 400, problems: [{ field }] });
  });

  test('there is no plan for a deployment that there is not', async () => {
    await expect(ask({ deploymentId: 'nobody' })).rejects.toMatchObject({ status: 404 });
  });
});

describe('a save as it was reviewed', () => {
  const deployment = { id: 'reviewed', definitionId: 'def', replicas: 2, resources: { cpu: '100m' } };
  const refused = async (position: number, message: RegExp): Promise<void> => {
    const head = await api.store.head();
    await expect(save(deployment, position)).rejects.toMatchObject({
      status: 409,
      message: expect.stringMatching(message),
    });
    expect(await api.store.head()).toBe(head);
  };

  test('what does not concern it may move: ties are broken as they were', async () => {
    const shown = await ask({ deployment });
    for (const replicas of [1, 2, 3]) await save({ id: 'other', definitionId: 'def', replicas });
    await save(deployment, shown.position);
    expect(await work('reviewed')).toEqual(shown.actions.map(({ text }) => text));
    const decided = (await api.store.read({ after: shown.position, limit: 100 })).find(
      ({ type, data }) => type === 'DeploymentPlanned' && data.deploymentId === 'reviewed',
    );
    expect(decided?.data).toMatchObject({ seed: shown.position + 1, snapshotPosition: shown.position + 4 });
    // Sent once more, as after a lost answer, it is saved already.
    await save(deployment, shown.position);
  });

  test('a definition, a node or a save of somebody else that makes a difference refuses it, and is named', async () => {
    deployment.replicas = 4;
    const one = await ask({ deployment });
    await define('web:3');
    await refused(
      one.position,
      /^what was planned at position \d+ is no longer what would be done \(now \d+\): moved since: definition def \(position \d+\);/,
    );
    const two = await ask({ deployment });
    for (const id of ['a', 'b'])
      await api.admin.call('scheduleNode', { params: { id }, body: { scheduling: 'cordoned' } });
    await refused(two.position, /node a \(position \d+\), node b/);
    const three = await ask({ deployment });
    await save({ ...deployment, description: 'by somebody else' });
    await refused(three.position, /deployment reviewed \(position \d+\)/);
    await save(deployment, (await ask({ deployment })).position);
    expect((await ask({ deployment })).saves).toBe(false);
  });

  test('a position that the log has not reached, or that is none, is refused', async () => {
    deployment.replicas = 5;
    for (const position of [99_999_999, -1, 'x' as never]) {
      await expect(save(deployment, position)).rejects.toMatchObject({
        status: 400,
        problems: [{ field: 'planPosition' }],
      });
    }
  });
});
