import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { startGitServer } from '../support/git-server.ts';
import { testService } from '../support/service.ts';

test('the command line reaches configs, containers and sources of the whole product', async () => {
  await using service = await testService({ NODES: 'simulated://doors-node' });
  const { shell } = service;
  const oo = (...args: string[]): Promise<string> => service.oo(...args);
  const file = join(shell.home, 'my.yaml');

  await writeFile(file, 'id: def-doors\nimage: {name: web:1, internalPorts: [8080]}\n');
  await oo('definition', 'save', file);
  await writeFile(file, 'id: depl-doors\nname: my-service\ndefinitionId: def-doors\nreplicas: 2\n');
  await oo('deployment', 'save', file, '--wait');
  const summary = JSON.parse(await oo('get', '/container-svc/container/summary?name=my-service')) as object;
  expect(summary).toEqual({
    status: 'running',
    logs: 'serving',
    summary: expect.stringMatching(/^depl-doors-.* on node_.*: running, .*\ndepl-doors-.* on node_.*: running, .*$/),
  });

  await writeFile(file, 'id: my-service\ndata: {greeting: hello}\n');
  await oo('config', 'save', file);
  expect(await oo('config', 'list')).toBe('CONFIG ID   APP HOST   JSON\nmyService   unnamed    {"greeting":"hello"}\n');

  await using server = await startGitServer();
  const commit = await server.commit({ Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' });
  const { dir } = JSON.parse(await oo('post', '/source-svc/repo/checkout', `--url=${server.url}/repo.git`)) as {
    dir: string;
  };
  expect(dir).toContain(commit);
  expect(JSON.parse(await oo('get', '/source-svc/checkout', `--url=${server.url}/repo.git`))).toEqual({ dir });
  await oo('put', '/container-svc/image', '--name=built:1', `--contextPath=${dir}`);
  const ran = JSON.parse(await oo('put', '/container-svc/container', '--image=built:1', '--hash=h1')) as object;
  expect(ran).toMatchObject({ started: true });
  expect(JSON.parse(await oo('get', '/container-svc/container/is-running?hash=h1'))).toEqual({ isRunning: true });
  // Of the account's own checkouts.
  await rm(dir, { recursive: true });
  expect(await oo('events', '--limit', '1000')).toContain('ContainerRunRequested');
});
