import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { NodeLiveness, NodeScheduling } from '../../domain/node/status.ts';
import type { NodeView } from '../snapshot.ts';
import { candidatesOf, type Candidate } from './candidate.ts';
import type { Demand } from './demand.ts';
import { lacksOf } from './filters.ts';
import { place } from './place.ts';

const Mi = 2 ** 20;

interface Special {
  readonly used?: number;
  readonly ports?: number[];
  readonly gpus?: number[];
  readonly zone?: string;
  readonly scheduling?: NodeScheduling;
  readonly liveness?: NodeLiveness;
}

function node(id: string, more: Special = {}): NodeView {
  const gpus = (more.gpus ?? []).map((vramBytes) => ({ name: 'L4', vramBytes }));
  const capacity = { cpuMillis: 4_000, memoryBytes: 1024 * Mi, gpus };
  const vramBytes = gpus.reduce((sum, card) => sum + card.vramBytes, 0);
  const place = { url: `simulated://${id}`, cluster: 'eu', zone: more.zone ?? 'a', labels: {} };
  return {
    node: {
      id,
      ...place,
      capacity,
      scheduling: more.scheduling ?? 'open',
      liveness: more.liveness ?? 'ready',
      removed: false,
    },
    allotment: {
      id,
      capacity,
      limit: { cpuMillis: 4_000, memoryBytes: 1024 * Mi, vramBytes },
      reserved: { cpuMillis: more.used ?? 0, memoryBytes: 0, vramBytes: 0 },
      hostPorts: more.ports ?? [],
      replicas: 0,
      removed: false,
    },
  };
}

function demand(more: Partial<Demand> = {}): Demand {
  return { image: 'web:1', cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [], regions: [], ...more };
}

function candidates(nodes: readonly NodeView[], siblings: Record<string, number> = {}): Candidate[] {
  return candidatesOf(nodes, new Map(Object.entries(siblings)));
}

describe('filters say in numbers what is lacking', () => {
  test.each<[string, NodeView, Partial<Demand>, object | undefined]>([
    ['nothing', node('n'), { cpuMillis: 4_000, memoryBytes: 1024 * Mi }, undefined],
    ['cpu', node('n', { used: 3_500 }), { cpuMillis: 1_000 }, { filter: 'cpu', need: '1', have: '500m free of 4' }],
    ['memory', node('n'), { memoryBytes: 2048 * Mi }, { filter: 'memory', need: '2Gi', have: '1024Mi free of 1024Mi' }],
    ['a GPU', node('n'), { vramBytes: 8 }, { filter: 'vram', need: '8', have: 'no GPU' }],
    [
      'one card that is large enough',
      node('n', { gpus: [8 * Mi, 8 * Mi] }),
      { vramBytes: 12 * Mi },
      { filter: 'vram', need: '12Mi', have: '16Mi free on 2 cards' },
    ],
    [
      'a host port',
      node('n', { ports: [8080] }),
      { hostPorts: [80, 8080] },
      { filter: 'host port', need: '8080', have: 'taken' },
    ],
    [
      'the region',
      node('n', { zone: 'b' }),
      { regions: [{ zone: 'a' }, { cluster: 'us' }] },
      { filter: 'region', need: 'a or us', have: 'eu/b' },
    ],
    [
      'an engine that answers',
      node('n', { liveness: 'lost' }),
      {},
      { filter: 'health', need: 'an engine that answers', have: 'lost' },
    ],
    ['an open node', node('n', { scheduling: 'draining' }), {}, { filter: 'cordon', need: 'open', have: 'draining' }],
  ])('%s', (_, view, wanted, lack) => {
    const [candidate] = candidates([view]);
    expect(candidate && lacksOf(candidate, demand(wanted))).toEqual(lack === undefined ? [] : [lack]);
  });
});

test('everything that a node lacks is told, not the first thing only', () => {
  const [candidate] = candidates([node('n', { used: 4_000, scheduling: 'cordoned' })]);
  const lacks = candidate && lacksOf(candidate, demand({ cpuMillis: 1, vramBytes: 1 }));
  expect(lacks?.map(({ filter }) => filter)).toEqual(['cordon', 'cpu', 'vram']);
});

describe('scores', () => {
  const bestOf = (nodes: Candidate[], wanted: Demand = demand()): string | undefined =>
    place(nodes, wanted, 'web-r1-0', 1).reservation?.nodeId;

  test('the node with fewer siblings wins over the emptier one', () => {
    const nodes = [node('full', { used: 3_000 }), node('empty')];
    expect(bestOf(candidates(nodes, { empty: 2 }))).toBe('full');
    expect(bestOf(candidates(nodes))).toBe('empty');
  });

  test('earlier regions win', () => {
    const nodes = candidates([node('a', { zone: 'a' }), node('b', { zone: 'b' })]);
    expect(bestOf(nodes, demand({ regions: [{ zone: 'b' }, { zone: 'a' }] }))).toBe('b');
  });

  test('the decision shows the parts of the best five, and everybody who was left out', () => {
    const nodes = [
      ...Array.from({ length: 7 }, (_, n) => node(`n${n}`, { used: n * 100 })),
      node('x', { used: 4_000 }),
    ];
    const { decision } = place(candidates(nodes), demand({ cpuMillis: 1_000 }), 'web-r1-0', 1);
    expect(decision.considered).toBe(8);
    expect(decision.excluded).toEqual([{ nodeId: 'x', filter: 'cpu', need: '1', have: '0m free of 4' }]);
    expect(decision.scores.map(({ nodeId }) => nodeId)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
    expect(decision.scores[0]).toEqual({ nodeId: 'n0', total: 6.5, parts: { spread: 1, balance: 0.75, region: 1 } });
  });
});

test('whatever is placed fits, together, and the seed alone breaks ties', () => {
  const amounts = fc.record({ cpuMillis: fc.nat(3_000), memoryBytes: fc.nat(900 * Mi) });
  fc.assert(
    fc.property(
      fc.array(amounts, { maxLength: 30 }),
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      (wanted, count, seed) => {
        const nodes = Array.from({ length: count }, (_, n) => node(`n${n}`));
        const run = (): (string | undefined)[] => {
          const all = candidates(nodes);
          const chosen = wanted.map((each, n) => place(all, demand(each), `web-r1-${n}`, seed).reservation?.nodeId);
          for (const left of all) expect(Math.min(left.cpuMillis, left.memoryBytes)).toBeGreaterThanOrEqual(0);
          return chosen;
        };
        expect(run()).toEqual(run());
      },
    ),
  );
});
