import fc from 'fast-check';
import { expect, test } from 'vitest';

import { UNBOUND } from './binding.ts';
import { unservedOf } from './unserved.ts';

const everything = { ...UNBOUND, alive: true };
const nodes = [{ cluster: 'a' }, { cluster: 'a' }, { cluster: 'b' }];

test('one worker without a binding serves all', () => {
  expect(unservedOf([everything], nodes, new Map([['start.b', 3]]))).toEqual([]);
});

test('a cluster that nobody is bound to is named with its nodes and its jobs', () => {
  const waiting = new Map([
    ['start.b', 2],
    ['stop.b', 1],
    ['start.a', 5],
  ]);
  expect(unservedOf([{ ...everything, clusters: ['a'] }], nodes, waiting)).toEqual([
    { kind: 'cluster', cluster: 'b', lacks: ['start', 'stop', 'smoke', 'watch'], nodes: 1, jobsWaiting: 3 },
  ]);
});

test('what a dead worker was bound to is not served', () => {
  const unserved = unservedOf([{ ...everything, alive: false }], [], new Map([['plan', 4]]));
  expect(unserved).toContainEqual({ kind: 'queue', queue: 'plan', jobsWaiting: 4 });
});

test('jobs for a cluster without a node are still waited for', () => {
  expect(unservedOf([{ ...everything, clusters: ['a'] }], [], new Map([['stop.gone', 1]]))).toEqual([
    { kind: 'cluster', cluster: 'gone', lacks: ['start', 'stop', 'smoke'], nodes: 0, jobsWaiting: 1 },
  ]);
});

test('one that starts and stops there and does not watch leaves the watch', () => {
  expect(unservedOf([{ ...everything, watches: false }], [{ cluster: 'a' }], new Map())).toEqual([
    { kind: 'cluster', cluster: 'a', lacks: ['watch'], nodes: 1, jobsWaiting: 0 },
  ]);
});

test('one more living worker never leaves more unserved', () => {
  const cluster = fc.constantFrom('a', 'b', 'c');
  const worker = fc.record({
    clusters: fc.uniqueArray(cluster),
    queues: fc.subarray([...UNBOUND.queues]),
    watches: fc.boolean(),
    alive: fc.boolean(),
  });
  const lacking = (unserved: ReturnType<typeof unservedOf>): readonly string[] =>
    unserved.flatMap((each) =>
      each.kind === 'queue' ? each.queue : each.lacks.map((what) => `${each.cluster} ${what}`),
    );
  fc.assert(
    fc.property(fc.array(worker, { maxLength: 4 }), worker, fc.array(fc.record({ cluster })), (pool, more, there) => {
      const before = lacking(unservedOf(pool, there, new Map()));
      const after = lacking(unservedOf([...pool, more], there, new Map()));
      expect(before).toEqual(expect.arrayContaining([...after]));
      expect(more.alive || after.length === before.length).toBe(true);
    }),
  );
});
