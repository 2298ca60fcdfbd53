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
