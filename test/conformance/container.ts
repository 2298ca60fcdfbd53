import { describe, expect, test } from 'vitest';

import { docker, pushImage } from '../engine/docker-harness.ts';
import { startRegistry } from '../support/registry.ts';
import { refusalOf } from './client.ts';
import type { Given } from './given.ts';
import type { ClientVersion } from './install-clients.ts';
import type { MethodOf } from './methods.ts';

/** What both versions have. */
type Shared = MethodOf<'0.9'> & MethodOf<'0.3'>;

interface Ran {
  readonly started: boolean;
  readonly ports: readonly { readonly internal: number; readonly host: number }[];
}
interface Containers {
  readonly containers: readonly {
    readonly id: string;
    readonly labels: readonly { readonly key: string; readonly value: string }[];
  }[];
}
interface Logs {
  readonly logs: readonly { readonly content: string; readonly createdAt: string }[];
}

/** Container Svc on the machine's engine, as both versions ask it. */
export function containerTests(version: ClientVersion, given: () => Given): void {
  describe('ContainerSvcApi', () => {
    test('runContainer, and everything that is asked of a running container; stopContainer', async () => {
      const client = given().clients[version];
      const [name, hash] = [given().name(), `hash-by-${version}`];
      const body = {
        image: given().image,
        names: [name],
        hash,
        ports: [{ internal: 8080, host: 0 }],
        envs: [{ key: 'VERSION', value: version }],
        labels: [{ key: 'made-by', value: 'a client' }],
      };
      const ran = await client.call<Ran>('ContainerSvcApi.runContainer', { body });
      expect(ran).toEqual({ started: true, ports: [{ internal: 8080, host: expect.any(Number) }] });
      // The engine takes connections before the server in the container does.
      const served = async (): Promise<string> =>
        fetch(`http://127.0.0.1:${ran.ports[0]?.host}/`).then(
          (answer) => answer.text(),
          (error: unknown) => String(error),
        );
      await expect.poll(served, { timeout: 10_000 }).toBe(`${version}\n`);
      expect(await client.call('ContainerSvcApi.runContainer', { body })).toEqual({ ...ran, started: false });

      const listed = await client.call<Containers>('ContainerSvcApi.listContainers', { body: { containerId: name } });
      const shown = {
        names: [name],
        image: given().image,
        hash,
        ports: ran.ports,
        status: 'running',
        runtime: 'docker',
      };
      expect(listed.containers).toMatchObject([shown]);
      expect(listed.containers[0]?.labels).toContainEqual({ key: 'made-by', value: 'a client' });
      const containerId = listed.containers[0]?.id ?? '';
      const logs = async (): Promise<Logs> =>
        client.call<Logs>('ContainerSvcApi.listContainerLogs', { body: { containerId, limit: 5 } });
      await expect.poll(logs, { timeout: 10_000 }).toMatchObject({
        logs: [{ containerId, content: `serving ${version} on 8080`, createdAt: expect.stringMatching(/^\d{4}-.*Z$/) }],
      });
      for (const query of [{ name }, { hash }, { name, hash }]) {
        expect(await client.call('ContainerSvcApi.containerIsRunning', query)).toEqual({ isRunning: true });
      }
      const summary = { status: 'running', logs: `serving ${version} on 8080`, summary: expect.stringContaining(name) };
      expect(await client.call('ContainerSvcApi.containerSummary', { name, lines: 5 })).toEqual(summary);
      expect(await client.call('ContainerSvcApi.containerSummary', { hash })).toEqual(summary);

      expect(await client.call('ContainerSvcApi.stopContainer', { body: { name } })).toEqual({});
      expect(await client.call('ContainerSvcApi.containerIsRunning', { name })).toEqual({ isRunning: false });
      expect(await client.call('ContainerSvcApi.stopContainer', { body: { id: containerId } })).toEqual({});
    });

    test('listContainers and listContainerLogs of everything, with an empty body', async () => {
      const client = given().clients[version];
      for (const method of ['ContainerSvcApi.listContainers', 'ContainerSvcApi.listContainerLogs'] as const) {
        const answer = await client.call<object>(method, { body: {} });
        expect(Object.values(answer)).toEqual([expect.any(Array)]);
      }
    });

    test('getHost and containerDaemonInfo', async () => {
      const client = given().clients[version];
      expect(await client.call('ContainerSvcApi.getHost')).toEqual({ host: expect.stringMatching(/^\d+(\.\d+){3}$/) });
      expect(await client.call('ContainerSvcApi.containerDaemonInfo')).toEqual({
        available: true,
        address: 'unix:///var/run/docker.sock',
      });
    });

    test('what cannot be is refused in words: an unknown container, no name, files to download, cards that are not there', async () => {
      const client = given().clients[version];
      const refused = (method: Shared, ...args: object[]): ReturnType<typeof refusalOf> =>
        refusalOf(client, client.call(method, ...args));
      const contains = (text: string): unknown => expect.stringContaining(text);
      const unknown = {
        status: 404,
        reason: 'there is no container none-such',
        error: 'there is no container none-such',
      };
      expect(await refused('ContainerSvcApi.stopContainer', { body: { name: 'none-such' } })).toEqual(unknown);
      const nothing = { status: 400, error: contains('missing parameters') };
      expect(await refused('ContainerSvcApi.containerIsRunning')).toMatchObject(nothing);
      expect(await refused('ContainerSvcApi.containerSummary')).toMatchObject(nothing);
      const body = { image: given().image, names: [given().name()] };
      const assets = [{ envVarKey: 'MODEL', url: 'https://example.com/model' }];
      const files = await refused('ContainerSvcApi.runContainer', { body: { ...body, assets } });
      expect(files).toMatchObject({ status: 400, error: contains('assets: are not downloaded') });
      const capabilities = { gpuEnabled: true };
      const cards = await refused('ContainerSvcApi.runContainer', { body: { ...body, capabilities } });
      expect(cards).toMatchObject({ status: 400, error: contains('has no GPU') });
    });
  });
}

/** A folder that is kept, and images: where versions cannot differ, one is asked. */
export function imageTests(given: () => Given): void {
  test('ContainerSvcApi: runContainer keeps what it is told to keep', async () => {
    const client = given().clients['0.9'];
    const name = given().name();
    const run = (variable: string): Promise<unknown> => {
      const body = {
        image: given().image,
        names: [name],
        envs: [{ key: 'X', value: variable }],
        keeps: [{ path: '/kept' }],
      };
      return client.call('ContainerSvcApi.runContainer', { body });
    };
    await run('1');
    const exec = (...command: string[]): Promise<{ readonly output: string }> =>
      given().product.engine.exec(name, command, { timeoutMs: 10_000 });
    await exec('sh', '-c', 'echo held > /kept/file');
    const { Mounts } = await docker.getContainer(name).inspect();
    expect(await run('2')).toMatchObject({ started: true });
    expect(await exec('cat', '/kept/file')).toMatchObject({ output: 'held' });
    await docker.getContainer(name).remove({ force: true });
    await Promise.all(Mounts.map((mount) => docker.getVolume(mount.Name ?? '').remove()));
  });

  describe.each(['0.9', '0.3'] as const)('%s', (version) => {
    test('SourceSvcApi.checkoutRepo, then ContainerSvcApi.buildImage of it', async () => {
      const client = given().clients[version];
      const [url, name] = [`${given().repository.url}/repo.git`, given().name()];
      const commit = await given().repository.commit({
        Dockerfile: `FROM ${given().image}\nENV VERSION=main-${version}\n`,
        'app/Containerfile': `FROM ${given().image}\nENV VERSION=app-${version}\n`,
      });
      const { dir } = await client.call<{ dir: string }>('SourceSvcApi.checkoutRepo', {
        body: { url, version: 'main' },
      });
      expect(dir).toContain(commit);
      const build = (body: object): Promise<unknown> =>
        client.call('ContainerSvcApi.buildImage', { body: { name, ...body } });
      const builtVersion = async (): Promise<readonly string[]> =>
        (await docker.getImage(name).inspect()).Config.Env.filter((line) => line.startsWith('VERSION='));
      expect(await build({ contextPath: dir })).toEqual({});
      expect(await builtVersion()).toEqual([`VERSION=main-${version}`]);
      expect(await build({ contextPath: dir, dockerfilePath: 'app/Containerfile' })).toEqual({});
      expect(await builtVersion()).toEqual([`VERSION=app-${version}`]);
      expect(await refusalOf(client, build({ contextPath: '/etc' }))).toMatchObject({ status: 400 });
      const none = client.call('SourceSvcApi.checkoutRepo', { body: { url: `${given().repository.url}/none.git` } });
      expect(await refusalOf(client, none)).toMatchObject({ status: 422, error: expect.stringContaining('none.git') });
    });
  });

  test('ContainerSvcApi.imagePullable, of a reference with slashes and colons', async () => {
    await using registry = await startRegistry();
    const reference = `${registry.address}/team/web:1`;
    await docker.getImage(given().image).tag({ repo: `${registry.address}/team/web`, tag: '1' });
    await pushImage(reference);
    await docker.getImage(reference).remove();
    for (const client of Object.values(given().clients)) {
      const ask = (imageName: string): Promise<unknown> => client.call('ContainerSvcApi.imagePullable', { imageName });
      expect(await ask(reference)).toEqual({ pullable: true });
      expect(await ask(`${registry.address}/team/other:1`)).toEqual({ pullable: false });
      expect(await refusalOf(client, ask('127.0.0.1:1/none:1'))).toMatchObject({ status: 502 });
    }
  });
}
