import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Mi, nodeView } from '../../../test/support/node-view.ts';
import { snapshotOf } from '../../../test/support/snapshot.ts';
import { plan } from '../planner.ts';
import type { Snapshot } from '../snapshot.ts';
import { changeText, withChange, type Change } from './change.ts';
import { nodesLacking, suggestionsFor, unplacedOf } from './suggest.ts';

interface Wish {
  readonly replicas: number;
  readonly cpu: number;
  readonly memory: number;
}

/** A deployment that was just saved, with nothing of it placed. */
function wishing({ replicas, cpu, memory }: Wish, nodes: Snapshot['nodes']): Snapshot {
  const base = snapshotOf([], { replicas });
  const resources = { cpu: `${cpu}m`, memory: `${memory}Mi` };
  const deployment = {
    ...base.deployment,
    spec: { ...base.deployment.spec, resources },
    revision: 0,
    template: undefined,
    fingerprint: undefined,
    anew: true,
    status: 'Pending' as const,
    savedAtPlan: 0,
  };
  const definition = { id: 'def', deleted: false, spec: { id: 'def', image: { name: 'web:1', internalPorts: [80] } } };
  return { ...base, earlier: [], deployment, definition, nodes };
}

const node = fc.record({ cpu: fc.integer({ min: 1, max: 4_000 }), memory: fc.integer({ min: 8, max: 4_096 }) });
const wish = fc.record({
  replicas: fc.integer({ min: 1, max: 5 }),
  cpu: fc.integer({ min: 1, max: 5_000 }),
  memory: fc.integer({ min: 8, max: 5_000 }),
});

/** As many identical replicas as fit, counted without the planner. */
function room(
  nodes: readonly { readonly cpu: number; readonly memory: number }[],
  cpu: number,
  memory: number,
): number {
  return nodes.reduce((sum, each) => sum + Math.min(Math.floor(each.cpu / cpu), Math.floor(each.memory / memory)), 0);
}

test('whatever is suggested makes the planner place everything, and no smaller change of a request does', () => {
  let suggested = 0;
  fc.assert(
    fc.property(fc.array(node, { maxLength: 4 }), wish, (fleet, wanted) => {
      const views = fleet.map((each, n) => nodeView(`n${n}`, { cpuMillis: each.cpu, memoryBytes: each.memory * Mi }));
      const snapshot = wishing(wanted, views);
      fc.pre(room(fleet, wanted.cpu, wanted.memory) < wanted.replicas);
      expect(plan(snapshot).lacks).toBeDefined();
      const changes = suggestionsFor(snapshot);
      expect(changes.at(-1)?.type).toBe('nodes');
      for (const change of changes) {
        suggested += 1;
        expect(plan(withChange(snapshot, change)).lacks).toBeUndefined();
        if (change.type !== 'request' && change.type !== 'replicas') continue;
        const asked = {
          ...wanted,
          ...(change.type === 'request' ? { [change.resource]: change.to } : { replicas: change.to }),
        };
        expect(room(fleet, asked.cpu, asked.memory)).toBeGreaterThanOrEqual(asked.replicas);
        const more = {
          ...wanted,
          ...(change.type === 'request' ? { [change.resource]: change.to + 1 } : { replicas: change.to + 1 }),
        };
        expect(room(fleet, more.cpu, more.memory)).toBeLessThan(more.replicas);
      }
    }),
    { numRuns: 60 },
  );
  expect(suggested).toBeGreaterThan(60);
});

test('the one obstacle in numbers, and the changes in words, the smallest first', () => {
  const nodes = [nodeView('a', { cpuMillis: 400, memoryBytes: 1_024 * Mi }), nodeView('b', { scheduling: 'cordoned' })];
  const snapshot = wishing({ replicas: 2, cpu: 300, memory: 100 }, nodes);
  expect(unplacedOf(snapshot)).toBe(1);
  expect(nodesLacking(snapshot)).toEqual([
    { nodeId: 'a', lacks: [{ filter: 'cpu', need: '300m', have: '100m free of 400m' }] },
    { nodeId: 'b', lacks: [{ filter: 'cordon', need: 'open', have: 'cordoned' }] },
  ]);
  expect(suggestionsFor(snapshot).map((change) => changeText(change, snapshot))).toEqual([
    'open node b again: oo node uncordon b',
    '-100m cpu per replica: request 200m instead of 300m',
    '1 replica instead of 2: oo deployment scale web 1',
    'one more node with 300m cpu and 100Mi memory free',
  ]);
});

test('a node is asked for where it is wanted', () => {
  const snapshot = wishing({ replicas: 1, cpu: 500, memory: 256 }, [nodeView('a')]);
  const { deployment } = snapshot;
  const there = { targetRegions: [{ cluster: 'us-west1' }], requiredLabels: { disk: 'ssd' } };
  const far: Snapshot = { ...snapshot, deployment: { ...deployment, spec: { ...deployment.spec, ...there } } };
  const changes: readonly Change[] = suggestionsFor(far);
  expect(changes.map((change) => changeText(change, far))).toEqual([
    'one more node with 500m cpu and 256Mi memory free in us-west1 labelled disk=ssd',
  ]);
});
