import { describe, expect, test } from 'vitest';

import { until } from '../support/until.ts';
import { refusalOf } from './client.ts';
import type { Given } from './given.ts';

interface Deployments {
  readonly deployments: readonly { readonly id: string; readonly status: string; readonly details: string }[];
}

/** Deploy Svc as the last version asks it that had it. */
export function deployTests(given: () => Given): void {
  describe('DeploySvcApi', () => {
    test('saveDeployment runs containers on the engine, listDeployments tells of it, deleteDeployment ends them', async () => {
      const client = given().clients['0.3'];
      const definition = { id: 'def_web', image: { name: given().image, internalPorts: [8080] } };
      await client.call('RegistrySvcApi.saveDefinition', { body: { definition } });
      const deployment = {
        id: 'depl_by_client',
        definitionId: 'def_web',
        name: 'web',
        description: 'saved by a published client',
        replicas: 2,
        strategy: { type: 'RollingUpdate', maxUnavailable: 0, maxSurge: 1 },
        resources: { cpu: '50m', memory: '16Mi' },
        targetRegions: [{ cluster: 'local-docker' }],
        envars: { MODE: 'web' },
      };
      // What a client says of the status is not its to say.
      const body = { deployment: { ...deployment, status: 'OK', details: 'all is well' } };
      expect(await client.call('DeploySvcApi.saveDeployment', { body })).toEqual({});
      const list = async (...request: object[]): Promise<Deployments['deployments']> =>
        (await client.call<Deployments>('DeploySvcApi.listDeployments', ...request)).deployments;
      const [saved] = await list();
      expect(saved).toMatchObject(deployment);
      expect(['Pending', 'Deploying']).toContain(saved?.status);
      expect(saved?.details).not.toContain('all is well');
      await until('it is OK', 60_000, async () => (await list())[0]?.status === 'OK');
      const containers = await given().product.inspectAll(deployment.id);
      expect(containers.map(({ State }) => State.Running)).toEqual([true, true]);
      expect(await list({ body: {} })).toMatchObject([{ id: deployment.id, status: 'OK', details: '' }]);
      const answer = await client.call('RegistrySvcApi.listInstances', { deploymentId: deployment.id });
      expect(answer).toMatchObject({ instances: [{ slug: 'deploy-svc' }, { slug: 'deploy-svc' }] });
      const remove = { body: { deploymentId: deployment.id } };
      expect(await client.call('DeploySvcApi.deleteDeployment', remove)).toEqual({});
      await until('it is gone', 60_000, async () => (await list()).length === 0);
      expect(await given().product.inspectAll(deployment.id)).toEqual([]);
      expect(await client.call('DeploySvcApi.deleteDeployment', remove)).toEqual({});
      await client.call('RegistrySvcApi.deleteDefinition', { id: definition.id });
    });

    test('nothing to save, and what cannot be, are refused with what is wrong, where only the reason phrase is seen too', async () => {
      const client = given().clients['0.3'];
      const save = (...request: object[]): ReturnType<typeof refusalOf> =>
        refusalOf(client, client.call('DeploySvcApi.saveDeployment', ...request));
      expect(await save()).toMatchObject({ status: 400, error: expect.stringContaining('deployment') });
      const refused = await save({ body: { deployment: { id: 'd', definitionId: 'def', replicas: -1 } } });
      expect(refused).toMatchObject({ status: 400, error: expect.stringMatching(/replicas.*-1/) });
      expect(refused.reason).toBe(refused.error);
      expect(await client.call('DeploySvcApi.listDeployments')).toEqual({ deployments: [] });
    });
  });
}
