import { expect, test } from 'vitest';

import { exampleReplica, exampleView } from '../../../test/cli/support/example-view.ts';
import { describeChanges, describeFailures, describeReplica, describeStanding } from './describe.ts';

const crashed = exampleReplica({
  status: 'Failed',
  failures: 3,
  failure: {
    kind: 'exit',
    message: 'the container exited',
    exitCode: 1,
    lastLogs: Array.from({ length: 30 }, (_, index) => `line ${index}\u001b[2J`),
    terminal: false,
  },
});

test('a failed replica tells its reason, its exit code and its last 20 log lines, without what drives terminals', () => {
  const lines = describeFailures(exampleView({ replicas: [crashed, exampleReplica({ id: 'repl_2' })] }));
  expect(lines.slice(0, 3)).toEqual([
    'replica 0 of revision 1 Failed on node_1: the container exited (exit code 1), 3 times in a row',
    '  last 20 log lines of repl_1:',
    '  | line 10 [2J',
  ]);
  expect(lines).toHaveLength(22);
});

test('the next try is counted down, and lines that tell of changes do not change with it', () => {
  const now = Date.parse('2026-01-02T03:04:05Z');
  const waiting = { ...crashed, retryAt: '2026-01-02T03:04:12.500Z' };
  expect(describeStanding(waiting, now)).toBe(
    'the container exited (exit code 1), 3 times in a row, tried again in 8s (3rd time)',
  );
  expect(describeStanding({ ...waiting, failures: 11 }, now + 60_000)).toMatch(/tried again in 0s \(11th time\)$/);
  expect(describeReplica(waiting)).toBe(describeReplica(crashed));
});

test('a replica that runs and is out of service says why, and not what was before', () => {
  const out = exampleReplica({ status: 'Running', unready: 'ready probe failed once: GET / on port 80 answered 503' });
  expect(describeReplica({ ...out, ...(crashed.failure && { failure: crashed.failure }) })).toBe(
    'replica 0 of revision 1 Running on node_1: ready probe failed once: GET / on port 80 answered 503',
  );
});

test('one line for each change, none when nothing changed', () => {
  const before = exampleView({ deployment: { status: 'Deploying' }, progress: { ready: 0, updated: 0 }, replicas: [] });
  const after = exampleView();
  expect(describeChanges(undefined, before)).toEqual(['depl_x Deploying 0/1 ready (revision 1)']);
  expect(describeChanges(before, after)).toEqual([
    'depl_x replica 0 of revision 1 Ready on node_1',
    'depl_x OK 1/1 ready (revision 1)',
  ]);
  expect(describeChanges(after, { ...after, position: 99 })).toEqual([]);
  expect(describeChanges(after, { ...after, replicas: [] })).toEqual([
    'depl_x replica 0 of revision 1 Stopped on node_1',
  ]);
});

test('a deployment that waits for its build tells the step that it is at', () => {
  const build = { url: 'u', version: 'main', commit: 'c', id: 'build_1', status: 'Building' as const };
  const deployment = { status: 'Deploying' as const, details: 'building c (main) on node_1' };
  const before = exampleView({ deployment, build });
  const after = exampleView({ deployment, build: { ...build, step: 'Step 3/7 : RUN npm ci' } });
  expect(describeChanges(before, after)).toEqual([
    'depl_x Deploying 1/1 ready (revision 1): building c (main) on node_1 (Step 3/7 : RUN npm ci)',
  ]);
  expect(describeChanges(after, exampleView({ build: { ...build, status: 'Succeeded' } }))).toEqual([
    'depl_x OK 1/1 ready (revision 1)',
  ]);
});
