import { expect, test } from 'vitest';

import { exampleReplica, exampleView } from '../../../test/cli/support/example-view.ts';
import { describeChanges, describeFailures } from './describe.ts';

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
