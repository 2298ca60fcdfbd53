import { describe, expect, test } from 'vitest';

import type { ClientVersion } from './install-clients.ts';
import { refusalOf } from './client.ts';
import type { Given } from './given.ts';

interface Nodes {
  readonly nodes: readonly { readonly id: string; readonly url: string }[];
}
interface Instances {
  readonly instances: readonly { readonly id: string; readonly url: string; readonly slug: string }[];
}

const LOCAL = 'unix:///var/run/docker.sock';

/** What both versions ask of Registry Svc. */
export function registryTests(version: ClientVersion, given: () => Given): void {
  describe('RegistrySvcApi', () => {
    test('listNodes without a body, with an empty one, and by ids; selfNode', async () => {
      const client = given().clients[version];
      const { nodes } = await client.call<Nodes>('RegistrySvcApi.listNodes');
      expect(nodes).toMatchObject([
        {
          id: expect.stringMatching(/^node_/),
          url: LOCAL,
          region: 'local-docker',
          usage: { cpu: { used: 0, total: expect.any(Number), percent: 0 }, memory: { total: expect.any(Number) } },
        },
      ]);
      const [local] = nodes;
      for (const body of [{}, { ids: [] }, { ids: [local?.id, 'node_none'] }]) {
        const asked = await client.call<Nodes>('RegistrySvcApi.listNodes', { body });
        expect(asked.nodes.map(({ id }) => id)).toEqual([local?.id]);
      }
      expect(await client.call<Nodes>('RegistrySvcApi.listNodes', { body: { ids: ['node_none'] } })).toEqual({
        nodes: [],
      });
      expect(await client.call('RegistrySvcApi.selfNode')).toMatchObject({ node: { id: local?.id, url: LOCAL } });
    });

    test('deleteNode by its URL, which stands encoded in the path; one that is not there is no error', async () => {
      const client = given().clients[version];
      const url = `simulated://goes-${version.replace('.', '-')}`;
      await given().product.oo('node', 'add', url, '--cluster', 'nowhere');
      const urls = async (): Promise<readonly string[]> =>
        (await client.call<Nodes>('RegistrySvcApi.listNodes')).nodes.map((node) => node.url);
      expect(await urls()).toContain(url);
      expect(await client.call('RegistrySvcApi.deleteNode', { url })).toBeUndefined();
      expect(await urls()).toEqual([LOCAL]);
      expect(await client.call('RegistrySvcApi.deleteNode', { url })).toBeUndefined();
    });

    test('registerInstance, listInstances by every filter, removeInstance', async () => {
      const client = given().clients[version];
      const body = {
        url: 'http://10.9.8.7:6543/api',
        id: `inst_by_${version}`,
        scheme: 'http',
        host: 'ten',
        ip: '10.9.8.7',
      };
      expect(await client.call('RegistrySvcApi.registerInstance', { body })).toEqual({});
      const shown = { ...body, slug: '1backend', status: expect.stringMatching(/^(Unknown|Unreachable|Healthy)$/) };
      expect(await client.call('RegistrySvcApi.listInstances')).toMatchObject({ instances: [shown] });
      const filters = [
        { scheme: 'http' },
        { host: 'ten' },
        { ip: body.ip },
        { ip2: body.ip },
        { id: body.id },
        { slug: '1backend' },
      ];
      for (const filter of [...filters, Object.assign({}, ...filters)]) {
        const { instances } = await client.call<Instances>('RegistrySvcApi.listInstances', filter);
        expect([filter, instances.map(({ id }) => id)]).toEqual([filter, [body.id]]);
      }
      for (const filter of [
        { scheme: 'https' },
        { host: 'x' },
        { ip2: '10.0.0.1' },
        { id: 'x' },
        { slug: 'x' },
        { deploymentId: 'x' },
      ]) {
        expect(await client.call('RegistrySvcApi.listInstances', filter)).toEqual({ instances: [] });
      }
      expect(await client.call('RegistrySvcApi.removeInstance', { id: body.id })).toBeUndefined();
      expect(await client.call('RegistrySvcApi.listInstances')).toEqual({ instances: [] });
      expect(await client.call('RegistrySvcApi.removeInstance', { id: body.id })).toBeUndefined();
    });

    test('an instance without an address is refused with what is missing', async () => {
      const client = given().clients[version];
      const call = client.call('RegistrySvcApi.registerInstance', { body: { url: 'no address' } });
      const refused = await refusalOf(client, call);
      expect(refused).toMatchObject({ status: 400, error: expect.stringContaining('url') });
      expect(refused.reason).toBe(refused.error);
    });
  });
}

/** Of the current version alone. */
export function echoTests(given: () => Given): void {
  test('RegistrySvcApi: echoGet, echoPost and echoPut answer what they were sent, also nothing', async () => {
    const client = given().clients['0.9'];
    for (const method of ['RegistrySvcApi.echoGet', 'RegistrySvcApi.echoPost', 'RegistrySvcApi.echoPut'] as const) {
      expect(await client.call(method)).toEqual({});
    }
    const json = async ({ init }: { readonly init: { readonly headers: object } }): Promise<object> => ({
      headers: { ...init.headers, 'Content-Type': 'application/json' },
      body: '{"said":["back",1]}',
    });
    expect(await client.call('RegistrySvcApi.echoPost', json)).toEqual({ said: ['back', 1] });
    expect(await client.call('RegistrySvcApi.echoPut', json)).toEqual({ said: ['back', 1] });
  });
}

/** Of the former version alone. */
export function definitionTests(given: () => Given): void {
  test('RegistrySvcApi: saveDefinition, listDefinitions, deleteDefinition', async () => {
    const client = given().clients['0.3'];
    const definition = {
      id: 'def_by_client',
      image: { name: 'nginx:1.29', internalPorts: [80] },
      ports: [{ internal: 80, host: 8080 }],
      envars: [{ key: 'MODE', value: 'web' }],
      apiSpecs: [{ url: 'https://x/api.json', protocolType: 'OpenAPI', version: '3.0.0', metadata: { a: 'b' } }],
      clients: [{ language: 'JavaScript', url: 'https://x/client' }],
    };
    expect(await client.call('RegistrySvcApi.saveDefinition', { body: { definition } })).toEqual({});
    expect(await client.call('RegistrySvcApi.listDefinitions')).toMatchObject({ definitions: [definition] });
    // This version says `ports` of a repository where later ones say `internalPorts`.
    const repository = {
      url: 'https://example.com/r.git',
      version: 'v1',
      buildContext: 'a',
      containerFile: 'b',
      ports: [3000],
    };
    const built = { id: 'def_built', repository };
    expect(await client.call('RegistrySvcApi.saveDefinition', { body: { definition: built } })).toEqual({});
    const { ports: internalPorts, ...rest } = repository;
    expect(
      await given()
        .product.oo('definition', 'list', '-o', 'json')
        .then((text): unknown => JSON.parse(text)),
    ).toContainEqual({
      id: 'def_built',
      repository: { ...rest, internalPorts },
    });
    for (const { id } of [definition, built, { id: 'def_none' }]) {
      expect(await client.call('RegistrySvcApi.deleteDefinition', { id })).toBeUndefined();
    }
    expect(await client.call('RegistrySvcApi.listDefinitions')).toEqual({ definitions: [] });
    const refused = await refusalOf(
      client,
      client.call('RegistrySvcApi.saveDefinition', { body: { definition: { id: 'd' } } }),
    );
    expect(refused).toMatchObject({ status: 400, error: expect.stringContaining('image') });
  });
}
