import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { openShell, type Shell } from './support/oo.ts';
import { type Received, type Reply, type ReplayServer, startReplayServer } from './support/replay-server.ts';

const DEPLOYMENTS = { deployments: [{ id: 'depl_1', definitionId: 'def_1', status: 'OK', replicas: 2 }] };
const DEFINITIONS = {
  definitions: [
    { id: 'def_1', image: { name: 'nginx', internalPorts: [80] }, ports: [{ internal: 80, host: 8080 }] },
    {
      id: 'def_2',
      repository: { url: 'https://x/y.git', internalPorts: [3000], buildContext: 'a', containerFile: 'b' },
    },
  ],
};
const CONFIGS = {
  configs: {
    aB: {
      id: 'aB',
      appId: 'app_1',
      branch: 'main',
      createdAt: '2026-01-02T03:04:05Z',
      updatedAt: '2026-01-02T03:04:05Z',
      dataJson: '',
      data: { k: 1 },
      version: '',
    },
  },
};
const heartbeat = (): string => new Date(Date.now() - 8000).toISOString();
const INSTANCES = {
  instances: [
    { id: 'inst_1', url: 'http://127.0.0.1:1', status: 'Healthy', slug: 'deploy-svc', lastHeartbeat: heartbeat() },
  ],
};
const share = { used: 1, total: 2, percent: 50 };
const NODES = {
  nodes: [
    {
      id: 'node_1',
      url: 'http://127.0.0.1:11337',
      lastHeartbeat: heartbeat(),
      usage: { cpu: { used: 100, total: 100, percent: 1.5 }, memory: share, disk: share },
    },
  ],
};
const LONG = `build failed: ${'COPY failed: file not found, '.repeat(4)}`;

let shell: Shell;
let server: ReplayServer;
let reply: Reply;

beforeEach(async () => {
  shell = await openShell();
  reply = { body: {} };
  server = await startReplayServer(() => reply);
  await shell.oo(['env', 'add', 'replay', server.url, 'recorded']);
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await shell[Symbol.asyncDispose]();
});

interface Replay {
  readonly command: string;
  readonly request: Pick<Received, 'method' | 'path' | 'body'>;
  readonly reply?: Reply;
  /** Ages of heartbeats are written as `8s ago`. */
  readonly stdout: string;
}

const LIST_DEPLOYMENTS = { method: 'POST', path: '/deploy-svc/deployments', body: {} };
const LIST_NODES = { method: 'POST', path: '/registry-svc/nodes', body: {} };

test.each<Replay>([
  ...['deployment list', 'depl ls', 'deployments list --full'].map((command) => ({
    command,
    request: LIST_DEPLOYMENTS,
    reply: { body: DEPLOYMENTS },
    stdout: 'ID       DEFINITION ID   STATUS   DETAILS\ndepl_1   def_1           OK       \n',
  })),
  {
    command: 'depl ls',
    request: LIST_DEPLOYMENTS,
    reply: {
      body: { deployments: [{ id: 'depl_dy2PDIkzqf', definitionId: 'test-b', status: 'Error', details: LONG }] },
    },
    stdout:
      'ID                DEFINITION ID   STATUS   DETAILS\n' +
      `depl_dy2PDIkzqf   test-b          Error    ${LONG.slice(0, 75).replace(/[ .,]+$/, '')}…\n`,
  },
  {
    command: 'depl ls --full',
    request: LIST_DEPLOYMENTS,
    reply: {
      body: { deployments: [{ id: 'depl_dy2PDIkzqf', definitionId: 'test-b', status: 'Error', details: LONG }] },
    },
    stdout: `ID                DEFINITION ID   STATUS   DETAILS\ndepl_dy2PDIkzqf   test-b          Error    ${LONG}\n`,
  },
  {
    command: 'deployment list',
    request: LIST_DEPLOYMENTS,
    reply: { body: { deployments: [] } },
    stdout: 'ID   DEFINITION ID   STATUS   DETAILS\n',
  },
  {
    command: 'depl rm depl_1',
    request: { method: 'DELETE', path: '/deploy-svc/deployment', body: { deploymentId: 'depl_1' } },
    stdout: '',
  },
  ...['definition list', 'def ls', 'definitions ls'].map((command) => ({
    command,
    request: { method: 'GET', path: '/registry-svc/definitions', body: undefined },
    reply: { body: DEFINITIONS },
    stdout:
      'ID      IMAGE NAME   REPO URL          REPO BUILD CONTEXT   REPO CONTAINER FILE   INTERNAL PORT\n' +
      'def_1   nginx                                                                     80\n' +
      'def_2                https://x/y.git   a                    b                     3000\n',
  })),
  {
    command: 'def rm def_1',
    request: { method: 'DELETE', path: '/registry-svc/definition/def_1', body: undefined },
    reply: { status: 204 },
    stdout: '',
  },
  ...['node list', 'nodes ls', 'n ls'].map((command) => ({
    command,
    request: LIST_NODES,
    reply: { body: NODES },
    // The contract's columns come first; status and capacity follow.
    stdout:
      'NODE ID   URL                      LAST HEARTBEAT   STATUS   REPLICAS   CPU RESERVED   MEMORY RESERVED\n' +
      'node_1    http://127.0.0.1:11337   8s ago 100m of 100m   0Mi of 0Mi\n',
  })),
  {
    command: 'node rm http://a:1',
    request: { method: 'DELETE', path: '/registry-svc/node/http%3A%2F%2Fa%3A1', body: undefined },
    reply: { status: 204 },
    stdout: '',
  },
  {
    command: 'node add tcp://a:1 --cluster c --zone z --label a=1 --label b=2 --id node_x',
    request: {
      method: 'PUT',
      path: '/registry-svc/node',
      body: { node: { url: 'tcp://a:1', id: 'node_x', cluster: 'c', zone: 'z', labels: { a: '1', b: '2' } } },
    },
    reply: { body: { node: { id: 'node_x', url: 'tcp://a:1' } } },
    stdout: 'node_x\n',
  },
  {
    command:
      'node add tcp://a:1 --gpu H100=80GB --gpu L4=24GB --gpu-margin 1Gi --reserve-cpu 500m --reserve-memory 1Gi',
    request: {
      method: 'PUT',
      path: '/registry-svc/node',
      body: {
        node: {
          url: 'tcp://a:1',
          gpus: [
            { name: 'H100', vram: '80GB' },
            { name: 'L4', vram: '24GB' },
          ],
          gpuMargin: '1Gi',
          reserve: { cpu: '500m', memory: '1Gi' },
        },
      },
    },
    reply: { body: { node: { id: 'node_x', url: 'tcp://a:1' } } },
    stdout: 'node_x\n',
  },
  ...['instance list', 'instances ls', 'i ls'].map((command) => ({
    command,
    request: { method: 'GET', path: '/registry-svc/instances', body: undefined },
    reply: { body: INSTANCES },
    stdout:
      'INSTANCE ID   URL                  STATUS    OWNER SLUG   LAST HEARTBEAT\n' +
      'inst_1        http://127.0.0.1:1   Healthy   deploy-svc   8s ago\n',
  })),
  {
    command: 'i rm inst_1',
    request: { method: 'DELETE', path: '/registry-svc/instance/inst_1', body: undefined },
    reply: { status: 204 },
    stdout: '',
  },
  ...['config list', 'co ls', 'configs ls'].map((command) => ({
    command,
    request: { method: 'POST', path: '/config-svc/configs', body: { appHost: 'unnamed' } },
    reply: { body: CONFIGS },
    stdout: 'CONFIG ID   APP HOST   JSON\naB          unnamed    {"k":1}\n',
  })),
  {
    command: '-a shop.example config list a-b --branch other -o json',
    request: {
      method: 'POST',
      path: '/config-svc/configs',
      body: { appHost: 'shop.example', ids: ['a-b'], branch: 'other' },
    },
    reply: { body: CONFIGS },
    stdout: `${JSON.stringify(Object.values(CONFIGS.configs), null, 2)}\n`,
  },
  {
    command: 'depl ls -o json',
    request: LIST_DEPLOYMENTS,
    reply: { body: DEPLOYMENTS },
    stdout: `${JSON.stringify(DEPLOYMENTS.deployments, null, 2)}\n`,
  },
  {
    command: 'depl ls -o yaml',
    request: LIST_DEPLOYMENTS,
    reply: { body: DEPLOYMENTS },
    stdout: '- id: depl_1\n  definitionId: def_1\n  status: OK\n  replicas: 2\n',
  },
  {
    command: 'get /container-svc/container/summary?name=my-service',
    request: { method: 'GET', path: '/container-svc/container/summary?name=my-service', body: undefined },
    reply: { body: { status: 'running' } },
    stdout: '{\n  "status": "running"\n}\n',
  },
  {
    command: 'get /source-svc/checkout --url=https://github.com/user/repo.git',
    request: {
      method: 'GET',
      path: '/source-svc/checkout?url=https%3A%2F%2Fgithub.com%2Fuser%2Frepo.git',
      body: undefined,
    },
    stdout: '{}\n',
  },
  { command: 'post deploy-svc deployments', request: LIST_DEPLOYMENTS, stdout: '{}\n' },
  {
    command: 'put /deploy-svc/deployment --deployment.id=a --deployment.replicas=2 --env=x',
    request: {
      method: 'PUT',
      path: '/deploy-svc/deployment',
      body: { deployment: { id: 'a', replicas: 2 }, env: 'x' },
    },
    stdout: '{}\n',
  },
  {
    command: 'delete /registry-svc/definition/def_1',
    request: { method: 'DELETE', path: '/registry-svc/definition/def_1', body: undefined },
    reply: { status: 204 },
    stdout: '',
  },
])('oo $command', async ({ command, request, reply: recorded, stdout }) => {
  reply = recorded ?? reply;
  const ran = await shell.oo(command.split(' '));
  expect({ ...ran, stdout: ran.stdout.replaceAll(/\d+s ago( ?) */g, '8s ago$1') }).toEqual({
    code: 0,
    stdout,
    stderr: '',
  });
  expect(server.received).toEqual([{ ...request, authorization: undefined }]);
});

test('a definition in an older spelling is sent in the present one', async () => {
  const ran = await shell.oo(
    ['definition', 'save', '-'],
    'id: test-a\nhostPort: 8887\nimage: {name: echo, port: 8080}\n',
  );
  expect(ran).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(server.received).toMatchObject([
    {
      method: 'PUT',
      path: '/registry-svc/definition',
      body: {
        definition: {
          id: 'test-a',
          image: { name: 'echo', internalPorts: [8080] },
          ports: [{ internal: 8080, host: 8887 }],
        },
      },
    },
  ]);
});

test('config save sends one call for each object of its files, also with one id on two branches', async () => {
  const file = join(shell.home, 'configs.yaml');
  const texts = ['id: my-svc\ndata: {port: 8080, on: true}\n', 'id: my-svc\nbranch: next\ndata: {port: "1"}\n'];
  await writeFile(file, texts.join('---\n'));
  expect(await shell.oo(['config', 'save', file])).toEqual({ code: 0, stdout: '', stderr: '' });
  const call = { method: 'PUT', path: '/config-svc/config', authorization: undefined };
  expect(server.received).toEqual([
    { ...call, body: { id: 'my-svc', data: { port: 8080, on: true } } },
    { ...call, body: { id: 'my-svc', branch: 'next', data: { port: '1' } } },
  ]);
  await writeFile(file, 'id: my-svc\nbranch: "a:b"\ndata: {}\n');
  expect(await shell.oo(['co', 's', file])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`${file}:2:9 branch: "a:b" is no branch`),
  });
});

test('env list, current, select and remove', async () => {
  const { stdout: listed } = await shell.oo(['env', 'ls']);
  expect(listed.split('\n').map((line) => line.split(/ {3,}/))).toEqual([
    ['ENV NAME', 'SELECTED', 'URL', 'DESCRIPTION', 'REACHABLE'],
    ['local', 'http://127.0.0.1:11337', expect.stringMatching(/^(true|false)$/)],
    ['replay', '*', server.url, 'recorded', 'true'],
    [''],
  ]);
  expect((await shell.oo(['e', 'c'])).stdout).toBe(
    `SELECTED   USERS    ${'URL'.padEnd(server.url.length)}   DESCRIPTION\n*          replay   ${server.url}   recorded   \n`,
  );
  expect(await shell.oo(['env', 'select', 'locl'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('did you mean local?'),
  });
  expect(await shell.oo(['env', 'select', 'local'])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect((await shell.oo(['-e', 'replay', 'depl', 'rm', 'x'])).code).toBe(0);
  expect((await shell.oo(['depl', 'rm', 'x', '--env', 'replay'])).code).toBe(0);
  expect(server.received).toHaveLength(2);
  expect(await shell.oo(['env', 'rm', 'replay'])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect((await shell.oo(['env', 'ls'])).stdout).not.toContain('replay');
});

test('login keeps the token in a file of its owner alone, and the calls after it carry the token', async () => {
  const times = {
    createdAt: '2026-01-02T03:04:05Z',
    updatedAt: '2026-01-02T03:04:05Z',
    expiresAt: '2036-01-02T03:04:05Z',
  };
  const app = { id: 'app_1', host: 'unnamed' };
  const token = {
    id: 'tok_1',
    appId: 'app_1',
    userId: 'usr_1',
    device: 'cli',
    active: true,
    token: 'a.b.c',
    app,
    ...times,
  };
  reply = { body: { token } };
  expect(await shell.oo(['login', '1backend'], 'changeme\n')).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(server.received[0]).toEqual({
    method: 'POST',
    path: '/user-svc/login',
    authorization: undefined,
    body: { appHost: 'unnamed', device: 'cli', password: 'changeme', slug: '1backend' },
  });
  expect(await shell.oo(['token'])).toMatchObject({ stdout: 'a.b.c\n' });
  await shell.oo(['depl', 'rm', 'x']);
  await shell.oo(['post', '/x']);
  expect(server.received.slice(1).map(({ authorization }) => authorization)).toEqual(['Bearer a.b.c', 'Bearer a.b.c']);
  expect(await readFile(join(shell.home, '.1backend', 'cliConfig.yaml'), 'utf8')).toContain('selectedUser: 1backend');
  expect(await shell.oo(['-a', 'other', 'depl', 'ls'])).toMatchObject({ code: 4 });
});

test.each<[string, Reply, number, string]>([
  ['depl ls', { status: 401, body: { error: 'Unauthorized' } }, 4, 'cannot list deployments: Unauthorized'],
  ['depl ls', { status: 401, body: { error: 'Unauthorized' } }, 4, 'next: log in to "replay": oo login <slug>'],
  ['depl get depl_x', { status: 404, body: { error: 'no depl_x' } }, 3, 'next: oo deployment list'],
  ['node rm x', { status: 409, body: { error: 'it runs 2 replicas' } }, 5, 'cannot remove node x: it runs 2 replicas'],
  ['depl ls', { status: 500, body: { error: 'oops', correlationId: 'c-1' } }, 1, 'cannot list deployments: oops [c-1]'],
  ['get /x', { status: 404, body: { error: 'none' } }, 3, '(status 404): none'],
  ['depl lst', {}, 2, 'Did you mean'],
  ['depl save', {}, 2, "missing required argument 'files'"],
  ['depl watch x --timeout 5', {}, 2, 'It is a time like 90s, 5m or 1h30m.'],
  ['depl ls -o xml', {}, 2, 'Allowed choices are table, wide, json, yaml, ndjson, name.'],
  ['-e nowhere depl ls', {}, 3, 'there is no environment "nowhere"'],
])('oo %s answered with %j: exit %i, %s', async (command, recorded, code, stderr) => {
  reply = recorded;
  const ran = await shell.oo(command.split(' '));
  expect(ran).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(stderr) });
});

test('a server that is not there: exit 8, its URL, and how to start one', async () => {
  await server[Symbol.asyncDispose]();
  const ran = await shell.oo(['depl', 'ls']);
  expect(ran.code).toBe(8);
  expect(ran.stderr).toContain(`no answer from ${server.url}`);
  expect(ran.stderr).toContain('next: start a server');
});

test('an invalid file is told with its lines and nothing is sent; what the server finds wrong finds its line too', async () => {
  const file = join(shell.home, 'my.yaml');
  await writeFile(file, 'id: a\ndefinitionId: d\nstrategy:\n  type: RolingUpdate\n');
  expect(await shell.oo(['depl', 'save', file])).toEqual({
    code: 2,
    stdout: '',
    stderr: `${file}:4:9 strategy.type: "RolingUpdate" is no strategy (did you mean RollingUpdate?)\nError: 1 problem to mend; nothing was sent\n`,
  });
  expect(server.received).toEqual([]);
  await writeFile(file, 'id: a\ndefinitionId: d\nenvars:\n  KEY: "{{secret:none}}"\n');
  const problems = [{ field: 'envars.KEY', message: 'no secret "none"', hint: 'oo secret save none' }];
  reply = { status: 400, body: { error: 'envars.KEY: no secret "none"', problems } };
  expect(await shell.oo(['depl', 'save', file])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`${file}:4:8 envars.KEY: no secret "none" (oo secret save none)\n`),
  });
});
