import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { ADMIN, testApi, type TestApi } from '../support/api.ts';
import { openShell, type Shell } from './support/oo.ts';

const EXAMPLES = fileURLToPath(new URL('../fixtures/examples/', import.meta.url));
const QUIET = { code: 0, stdout: '', stderr: '' };

let api: TestApi;
let shell: Shell;

beforeAll(async () => {
  api = await testApi();
  shell = await openShell();
  await shell.oo(['env', 'add', 'test', api.url]);
});

afterAll(async () => {
  await shell[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const oo = (line: string) => shell.oo(line.split(' '));

test('without a login every call says how to log in', async () => {
  expect(await oo('deployment list')).toMatchObject({
    code: 4,
    stdout: '',
    stderr: expect.stringContaining('oo login <slug>'),
  });
  expect(await oo(`login ${ADMIN.slug} wrong`)).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('log in "1backend"'),
  });
  expect(await oo(`login ${ADMIN.slug} ${ADMIN.password}`)).toEqual(QUIET);
  expect((await oo('whoami')).stdout).toMatch(
    /^slug: 1backend\nid: usr_\w+\napp:\n {2}id: app_\w+\n {2}host: unnamed\n/,
  );
});

test('a definition, then deployments: every example of the specification, by every alias', async () => {
  const definition = join(shell.home, 'my-service-def.yaml');
  await writeFile(definition, 'id: def_myapp456\nimage: {name: nginx, internalPorts: [80]}\n');
  expect(await shell.oo(['definition', 'save', definition])).toEqual(QUIET);
  expect((await oo('definition list')).stdout).toBe(
    'ID             IMAGE NAME   REPO URL   REPO BUILD CONTEXT   REPO CONTAINER FILE   INTERNAL PORT\n' +
      'def_myapp456   nginx                                                              80\n',
  );
  for (const [group, save] of [
    ['deployment', 'save'],
    ['depl', 's'],
    ['deployments', 'save'],
  ] as const) {
    expect(await shell.oo([group, save, EXAMPLES])).toEqual(QUIET);
  }
  const list = await oo('deployments list --full');
  expect(list.stdout.split('\n').map((line) => line.split(/ {3,}/).slice(0, 3))).toEqual([
    ['ID', 'DEFINITION ID', 'STATUS'],
    ['depl_ai_model', 'def_llama_70b', 'Pending'],
    ['depl_dev_api', 'def_api_dev', 'Pending'],
    ['depl_myservice123', 'def_myservice456', 'Pending'],
    ['depl_simple123', 'def_myapp456', 'Pending'],
    ['depl_user_service', 'def_user_api', 'Pending'],
    ['depl_webapp_prod', 'def_webapp_v2', 'Pending'],
    [''],
  ]);
  expect((await oo('depl ls')).stdout).toBe(list.stdout);
});

test('a listing as YAML is a file that saves again and changes nothing', async () => {
  const { stdout } = await oo('depl ls -o yaml');
  const saved = await shell.oo(['depl', 'save', '-', '-o', 'json'], stdout);
  expect(saved.code).toBe(0);
  expect(JSON.parse(saved.stdout)).toHaveLength(6);
  expect(JSON.parse(saved.stdout)).not.toContainEqual(expect.objectContaining({ changed: true }));
});

test('get shows it, events tell it, and watch waits for it', async () => {
  expect((await oo('deployment get depl_simple123')).stdout).toMatch(/^Status: {4}Pending/);
  const events = JSON.parse((await oo('events --of depl_simple123 -o json')).stdout) as { type: string }[];
  expect(events.map(({ type }) => type)).toEqual(['DeploymentSaved']);
  expect(await oo('deployment watch depl_simple123 --timeout 300ms')).toMatchObject({
    code: 7,
    stderr: expect.stringContaining('depl_simple123 Pending 0/1 ready'),
  });
  expect(await oo('deployment get depl_none')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('oo deployment list'),
  });
});

test('what the server refuses is told field by field', async () => {
  const raw = await oo(
    'put /deploy-svc/deployment --deployment.id=a --deployment.definitionId=d --deployment.replicas=-1',
  );
  expect(raw).toMatchObject({ code: 2, stderr: expect.stringContaining('replicas: must be from 0 to 10000, not -1') });
});

test('an engine is registered, listed, and removed; one that does not answer is refused', async () => {
  const added = await oo('node add unix:///run/x.sock --cluster local-docker --label disk=ssd');
  expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/^node_\w+\n$/), stderr: '' });
  expect((await oo('node ls')).stdout).toContain(`${added.stdout.trim()}   unix:///run/x.sock`);
  expect(await oo('node add tcp://down:1')).toMatchObject({ code: 2, stderr: expect.stringContaining('ECONNREFUSED') });
  expect(await oo('node rm unix:///run/x.sock')).toEqual(QUIET);
});

test('remove by both names; nodes and instances; raw calls', async () => {
  expect(await oo('deployment remove depl_myservice123')).toEqual(QUIET);
  expect(await oo('depl rm depl_ai_model')).toEqual(QUIET);
  const left = JSON.parse((await oo('post /deploy-svc/deployments')).stdout) as {
    deployments: { id: string; details: string }[];
  };
  expect(left.deployments.filter(({ details }) => details.startsWith('Deleting')).map(({ id }) => id)).toEqual([
    'depl_ai_model',
    'depl_myservice123',
  ]);
  expect(await oo('node list')).toEqual({
    code: 0,
    stdout: 'NODE ID   URL   LAST HEARTBEAT   STATUS   REPLICAS   CPU RESERVED   MEMORY RESERVED\n',
    stderr: '',
  });
  expect(await oo('instance list')).toEqual({
    code: 0,
    stdout: 'INSTANCE ID   URL   STATUS   OWNER SLUG   LAST HEARTBEAT\n',
    stderr: '',
  });
  expect(JSON.parse((await oo('get /healthz')).stdout)).toEqual({ status: 'ok' });
  expect(await readFile(join(shell.home, '.1backend', 'cliConfig.yaml'), 'utf8')).toContain('1backend');
});
