import { afterEach, beforeEach, expect, test } from 'vitest';

import { exampleReplica, exampleView } from './support/example-view.ts';
import { openShell, type Ran, type Shell } from './support/oo.ts';
import type { ReplayServer } from './support/replay-server.ts';
import { type Script, startRolloutServer } from './support/rollout-server.ts';

const FILE = 'id: depl_x\ndefinitionId: def_x\n';
const before = exampleView();
const deploying = exampleView({
  revision: 2,
  deployment: { status: 'Deploying' },
  progress: { ready: 0, updated: 0 },
  replicas: [exampleReplica({ status: 'Created', revision: 2 })],
});
const up = exampleView({ revision: 2, replicas: [exampleReplica({ revision: 2 })] });
const logs = Array.from({ length: 25 }, (_, index) => `log ${index}`);
const crashed = exampleView({
  revision: 2,
  deployment: { status: 'Error', details: 'replica 0 exits with code 3' },
  progress: { ready: 0, updated: 0 },
  replicas: [
    exampleReplica({
      status: 'Failed',
      revision: 2,
      failures: 2,
      failure: { kind: 'exit', message: 'the container exited', exitCode: 3, lastLogs: logs, terminal: false },
    }),
  ],
});

let shell: Shell;
let server: ReplayServer | undefined;

beforeEach(async () => {
  shell = await openShell();
});

afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
  await shell[Symbol.asyncDispose]();
});

async function run(script: Script, args: readonly string[], stdin = ''): Promise<Ran> {
  server = await startRolloutServer(script);
  await shell.oo(['env', 'add', 'test', server.url]);
  return shell.oo(args, stdin);
}

const followed = (): (string | null)[] =>
  (server?.received ?? [])
    .filter(({ path }) => path.startsWith('/deploy-svc/events'))
    .map(({ path }) => new URL(path, 'http://x').searchParams.get('after'));

const rollOut = [
  { type: 'DeploymentPlanned', view: deploying },
  { type: 'ReplicaReady' },
  { type: 'DeploymentStatusChanged', view: up },
];

test('the OK of before the save does not end the wait; the OK after it does', async () => {
  const ran = await run({ before, savedAt: 5, steps: rollOut }, ['depl', 'save', '-', '--wait'], FILE);
  expect(ran).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^depl_x OK 1\/1 ready in \d\.\d s \(revision 2\)\n$/),
  });
  expect(ran.stderr).toContain('depl_x OK 1/1 ready (revision 2)\n');
  expect(ran.stderr).not.toContain('revision 1');
  expect(ran.stderr).not.toContain('\u001b');
  expect(followed()).toEqual(['5']);
});

test('a save that changed nothing is answered by the status as it is', async () => {
  const ran = await run({ before, steps: [] }, ['depl', 's', '-', '--wait'], FILE);
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('depl_x OK 1/1 ready') });
});

test('a failure ends the wait with the replica, its exit code, its last 20 log lines and exit 6', async () => {
  const steps = [
    { type: 'DeploymentPlanned', view: deploying },
    { type: 'DeploymentStatusChanged', view: crashed },
  ];
  const ran = await run({ before, savedAt: 5, steps }, ['depl', 'save', '-', '--wait'], FILE);
  expect(ran).toMatchObject({ code: 6, stdout: '' });
  const [, told = ''] = ran.stderr.split('(exit code 3), 2 times in a row\n').slice(-2);
  expect(told.split('\n').slice(0, 2)).toEqual(['  last 20 log lines of repl_1:', '  | log 5']);
  expect(told).toMatch(
    / {2}\| log 24\nError: depl_x Error 0\/1 ready in \d\.\d s \(revision 2\): replica 0 exits with code 3\n/,
  );
  expect(told).toContain('  next: oo events --of depl_x\n');
});

test('what does not fit is said at once, waited for, and a timeout in the end', async () => {
  const details = 'node_1 has 2 of 4 CPU free, 8 are needed';
  const stuck = exampleView({ ...deploying, deployment: { status: 'Deploying', details }, replicas: [] });
  const steps = [{ type: 'DeploymentPlanned', view: stuck }];
  const ran = await run({ before, savedAt: 5, steps }, ['depl', 'save', '-', '--wait', '--timeout', '1500ms'], FILE);
  expect(ran).toMatchObject({ code: 7, stdout: '' });
  expect(ran.stderr).toContain(`depl_x Deploying 0/1 ready (revision 2): ${details}\n`);
  expect(ran.stderr).toMatch(
    /Error: not finished after 1\.\d s: depl_x Deploying .* 8 are needed\n {2}next: oo deployment watch depl_x\n/,
  );
});

test('a rollout that goes back ends when it is whole again, with the reason and the last words of what failed', async () => {
  const rollback = { revision: 2, backTo: 1, reason: 'it crashes', by: 'planner' };
  const details = 'revision 2 failed: it crashes; rolled back to revision 1';
  const back = exampleView({ revision: 2, targetRevision: 1, deployment: { status: 'Failed', details } });
  const steps = [
    { type: 'DeploymentPlanned', view: deploying },
    { type: 'ReplicaFailed', view: { ...crashed, deployment: deploying.deployment } },
    { type: 'RolloutFailed', view: { ...back, rollback: { ...rollback, done: false } } },
    { type: 'DeploymentStatusChanged', view: { ...back, rollback: { ...rollback, done: true } } },
  ];
  const ran = await run({ before, savedAt: 5, steps }, ['depl', 'save', '-', '--wait'], FILE);
  expect(ran).toMatchObject({ code: 6, stdout: '' });
  expect(ran.stderr).toContain('  | log 24\n');
  expect(ran.stderr).toMatch(
    /Error: depl_x Failed 1\/1 ready in \d\.\d s \(revision 1\): revision 2 failed: it crashes; /,
  );
});

test('a rollout that is known to have failed has failed, also when it is not whole again in time', async () => {
  const rollback = { revision: 2, backTo: 1, reason: 'it crashes', by: 'planner', done: false };
  const failed = { status: 'Failed', details: 'revision 2 failed: it crashes' } as const;
  const steps = [{ type: 'RolloutFailed', view: exampleView({ revision: 2, deployment: failed, rollback }) }];
  const args = ['depl', 'save', '-', '--wait', '--timeout', '3s'];
  expect(await run({ before, savedAt: 5, steps }, args, FILE)).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('revision 2 failed: it crashes'),
  });
});

test('a rollout that somebody paused says how it goes on', async () => {
  const stuck = { ...deploying, paused: { by: 'user/x' } };
  const steps = [{ type: 'DeploymentPlanned', view: stuck }];
  const args = ['depl', 'save', '-', '--wait', '--timeout', '3s'];
  expect(await run({ before, savedAt: 5, steps }, args, FILE)).toMatchObject({
    code: 7,
    stderr: expect.stringContaining('  next: oo deployment resume depl_x\n'),
  });
});

test('commands to a rollout send the reason, and say what came of them', async () => {
  const script = { before, savedAt: 5, steps: [] };
  const ran = await run(script, ['depl', 'restart', 'depl_x', '--now', '-m', 'leak']);
  expect(ran).toEqual({ code: 0, stdout: 'depl_x restarted\n', stderr: '' });
  const json = await shell.oo(['depl', 'scale', 'depl_x', '3', '-o', 'json']);
  expect(JSON.parse(json.stdout)).toEqual({ id: 'depl_x', outcome: 'scaled', changed: true, position: 5 });
  expect(server?.received).toMatchObject([
    { method: 'POST', path: '/deploy-svc/deployment/depl_x/restart', body: { now: true, reason: 'leak' } },
    { method: 'POST', path: '/deploy-svc/deployment/depl_x/scale', body: { replicas: 3 } },
  ]);
  expect(await shell.oo(['depl', 'scale', 'depl_x', 'many'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('whole number'),
  });
  expect((await shell.oo(['depl', 'restart', 'depl_x', '--wait', '--detach'])).code).toBe(2);
});

test('a broken stream is taken up again behind the last event that came', async () => {
  const ran = await run({ before, savedAt: 5, steps: rollOut, breakAfter: 2 }, ['depl', 'save', '-', '--wait'], FILE);
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('(revision 2)') });
  expect(followed()).toEqual(['5', '7']);
});

test('without a stream the deployment is asked for until its fate is known', async () => {
  const refuseStream = { status: 404, body: { error: 'no such path' } };
  const ran = await run({ before: deploying, savedAt: 5, steps: [{ type: 'x', view: up }], refuseStream }, [
    'depl',
    'watch',
    'depl_x',
  ]);
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('depl_x OK 1/1 ready') });
});

test('while nobody plans, the wait says that it is pending, and ends in time', async () => {
  const pending = exampleView({
    revision: 0,
    deployment: { status: 'Pending' },
    progress: { ready: 0, updated: 0 },
    replicas: [],
  });
  const script = { before: pending, savedAt: 5, steps: [] };
  const ran = await run(script, ['depl', 'save', '-', '--wait', '--timeout', '300ms'], FILE);
  expect(ran).toMatchObject({
    code: 7,
    stderr: expect.stringMatching(/^depl_x Pending 0\/1 ready \(revision 0\)\nError: /),
  });
});

test('a server that goes away and stays away is unreachable, at the end of the time', async () => {
  const steps = [{ type: 'DeploymentPlanned', view: deploying }];
  server = await startRolloutServer({ before, savedAt: 5, steps });
  await shell.oo(['env', 'add', 'test', server.url]);
  const waiting = shell.oo(['depl', 'save', '-', '--wait', '--timeout', '3s'], FILE);
  await expect.poll(() => followed().length, { timeout: 5000 }).toBe(1);
  await server[Symbol.asyncDispose]();
  server = undefined;
  expect(await waiting).toMatchObject({
    code: 8,
    stderr: expect.stringContaining('cannot follow deployment depl_x: no answer'),
  });
});

test('-o json prints the result alone on stdout, also of a failure', async () => {
  const steps = [{ type: 'DeploymentStatusChanged', view: crashed }];
  const ran = await run({ before, savedAt: 5, steps }, ['depl', 'save', '-', '--wait', '-o', 'json'], FILE);
  expect(ran.code).toBe(6);
  expect(JSON.parse(ran.stdout)).toMatchObject({ id: 'depl_x', outcome: 'failed', status: 'Error', revision: 2 });
});

test('without --wait, and not on a terminal, a save returns at once and says nothing', async () => {
  const script = { before, savedAt: 5, steps: rollOut };
  expect(await run(script, ['depl', 'save', '-'], FILE)).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(server?.received).toMatchObject([
    { method: 'PUT', body: { deployment: { id: 'depl_x', definitionId: 'def_x' } } },
  ]);
  const json = await shell.oo(['depl', 'save', '-', '--detach', '-o', 'json'], FILE);
  expect(JSON.parse(json.stdout)).toEqual({ id: 'depl_x', outcome: 'saved', changed: true, position: 5 });
});

test('several deployments are followed at once; one that fails decides the exit code', async () => {
  const script = { before, savedAt: 5, steps: [{ type: 'DeploymentStatusChanged', view: crashed }] };
  const ran = await run(script, ['depl', 'save', '-', '--wait'], `${FILE}---\n${FILE.replace('depl_x', 'depl_y')}`);
  expect(ran.code).toBe(6);
  expect(ran.stderr.match(/^Error: depl_x Error/gm)).toHaveLength(2);
});

test('get shows the state, each replica, and what is wanted', async () => {
  const ran = await run({ before, savedAt: 5, steps: rollOut }, ['deployment', 'get', 'depl_x']);
  expect(ran.stdout).toContain('Status:    OK\nReady:     1 of 1');
  expect(ran.stdout).toContain(
    'REPLICA   ID       REVISION   STATUS   NODE     PORTS   REASON\n0         repl_1   1          Ready',
  );
  expect(ran.stdout).toContain('definitionId: def_x\n');
});
