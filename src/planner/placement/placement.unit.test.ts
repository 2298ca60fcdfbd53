import { describe, expect, test } from 'vitest';

import { Mi, nodeView as node, type Special } from '../../../test/support/node-view.ts';
import { fill } from '../fill.ts';
import type { NodeView } from '../snapshot.ts';
import { candidatesOf, type Candidates } from './candidate.ts';
import type { Demand } from './demand.ts';
import { lacksOf } from './filters.ts';
import { place, type Placement } from './place.ts';
import { rank } from './ranking.ts';

function demand(more: Partial<Demand> = {}): Demand {
  const nothing = { cpuMillis: 0, memoryBytes: 0, gpus: 0, cardBytes: 0, hostPorts: [], regions: [], labels: {} };
  return { image: 'web:1', ...nothing, imageOn: new Set(), ...more };
}

function candidates(nodes: readonly NodeView[], siblings: Record<string, number> = {}): Candidates {
  return candidatesOf(nodes, new Map(Object.entries(siblings)));
}

function placements(nodes: Candidates, count: number, wanted: Partial<Demand> = {}): readonly Placement[] {
  const ranking = rank(nodes, demand(wanted), 'seed');
  return Array.from({ length: count }, () => place(ranking));
}

function chosen(nodes: Candidates, count: number, wanted: Partial<Demand> = {}): readonly (string | undefined)[] {
  return placements(nodes, count, wanted).map(({ reservation }) => reservation?.nodeId);
}

const used = (cpuMillis: number): Special => ({ holds: [{ cpuMillis }] });

describe('filters say in numbers what is lacking', () => {
  test.each<[string, NodeView, Partial<Demand>, object | undefined]>([
    ['nothing', node('n'), { cpuMillis: 4_000, memoryBytes: 1024 * Mi }, undefined],
    ['cpu', node('n', used(3_500)), { cpuMillis: 1_000 }, { filter: 'cpu', need: '1', have: '500m free of 4' }],
    [
      'cpu that is kept back',
      node('n', { reserve: { cpuMillis: 500 } }),
      { cpuMillis: 4_000 },
      { filter: 'cpu', need: '4', have: '3.5 free of 4, 500m kept back' },
    ],
    ['memory', node('n'), { memoryBytes: 2048 * Mi }, { filter: 'memory', need: '2Gi', have: '1024Mi free of 1024Mi' }],
    [
      'memory that is kept back',
      node('n', { reserve: { memoryBytes: 24 * Mi } }),
      { memoryBytes: 1001 * Mi },
      { filter: 'memory', need: '1001Mi', have: '1000Mi free of 1024Mi, 24Mi kept back' },
    ],
    ['a GPU', node('n'), { gpus: 1, cardBytes: 8 }, { filter: 'vram', need: '8', have: 'no GPU' }],
    [
      'one card that is large enough',
      node('n', { gpus: [8 * Mi, 8 * Mi] }),
      { gpus: 1, cardBytes: 12 * Mi },
      { filter: 'vram', need: '12Mi', have: '8Mi free on the emptiest of 2 cards' },
    ],
    [
      'the margin of a card',
      node('n', { gpus: [8 * Mi], reserve: { gpuMarginBytes: Mi } }),
      { gpus: 1, cardBytes: 8 * Mi },
      { filter: 'vram', need: '8Mi', have: '7Mi free on its card, 1Mi per card kept back' },
    ],
    [
      'as many cards',
      node('n', { gpus: [8 * Mi, 8 * Mi, 4 * Mi] }),
      { gpus: 3, cardBytes: 6 * Mi },
      { filter: 'vram', need: '3 cards with 6Mi each', have: '2 such of 3' },
    ],
    ['cards enough', node('n', { gpus: [8 * Mi, 8 * Mi] }), { gpus: 2, cardBytes: 8 * Mi }, undefined],
    [
      'a host port',
      node('n', { holds: [{ hostPorts: [8080] }] }),
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
      'labels',
      node('n', { labels: { disk: 'hdd', arch: 'x64' } }),
      { labels: { arch: 'x64', disk: 'ssd', rack: '7' } },
      { filter: 'labels', need: 'arch=x64, disk=ssd, rack=7', have: 'disk=hdd, no rack' },
    ],
    ['no label more', node('n', { labels: { disk: 'ssd', rack: '7' } }), { labels: { disk: 'ssd' } }, undefined],
    [
      'an engine that answers',
      node('n', { liveness: 'lost' }),
      {},
      { filter: 'health', need: 'an engine that answers', have: 'lost' },
    ],
    ['an open node', node('n', { scheduling: 'draining' }), {}, { filter: 'cordon', need: 'open', have: 'draining' }],
  ])('%s', (_, view, wanted, lack) => {
    const [candidate] = candidates([view]).all;
    expect(candidate && lacksOf(candidate, demand(wanted))).toEqual(lack === undefined ? [] : [lack]);
  });

  test('everything that a node lacks is told, not the first thing only', () => {
    const [candidate] = candidates([node('n', { ...used(4_000), scheduling: 'cordoned' })]).all;
    const lacks = candidate && lacksOf(candidate, demand({ cpuMillis: 1, gpus: 1, cardBytes: 1 }));
    expect(lacks?.map(({ filter }) => filter)).toEqual(['cordon', 'cpu', 'vram']);
  });
});

describe('scores', () => {
  test('the node with fewer siblings wins over the emptier one', () => {
    const nodes = [node('full', used(3_000)), node('empty')];
    expect(chosen(candidates(nodes, { empty: 2 }), 1)).toEqual(['full']);
    expect(chosen(candidates(nodes), 1)).toEqual(['empty']);
  });

  test('zones take turns, and no node gets a second replica while one of its zone has none', () => {
    const nodes = [node('a1'), node('a2'), node('a3'), node('b1', { zone: 'b' }), node('c1', { cluster: 'us' })];
    const first = chosen(candidates(nodes), 5);
    expect(new Set(first.slice(0, 3).map((id) => id?.charAt(0)))).toEqual(new Set(['a', 'b', 'c']));
    expect(new Set(first)).toEqual(new Set(['a1', 'a2', 'a3', 'b1', 'c1']));
  });

  test('a node that has the image wins over an equal one, and not over one without a sibling', () => {
    const nodes = ['n0', 'n1', 'n2'].map((id) => node(id));
    const imageOn = new Set(['n2']);
    expect(chosen(candidates(nodes), 1, { imageOn })).toEqual(['n2']);
    expect(chosen(candidates(nodes), 2, { imageOn })[1]).not.toBe('n2');
  });

  test('a node with cards is left to those who need cards, until the others hold three replicas each', () => {
    const nodes = [node('gpu', { gpus: [8] }), node('plain')];
    const all = chosen(candidates(nodes), 5);
    expect(all.slice(0, 3)).toEqual(['plain', 'plain', 'plain']);
    expect(all).toContain('gpu');
    expect(chosen(candidates(nodes), 1, { gpus: 1, cardBytes: 8 })).toEqual(['gpu']);
  });

  test('the decision shows the parts of the best five, and everybody who was left out', () => {
    const nodes = [...Array.from({ length: 7 }, (_, n) => node(`n${n}`, used(n * 100))), node('x', used(4_000))];
    const [placed] = placements(candidates(nodes), 1, { cpuMillis: 1_000 });
    expect(placed?.decision.considered).toBe(8);
    expect(placed?.decision.excluded).toEqual([{ nodeId: 'x', filter: 'cpu', need: '1', have: '0m free of 4' }]);
    expect(placed?.decision.scores.map(({ nodeId }) => nodeId)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
    expect(placed?.decision.scores[0]).toEqual({
      nodeId: 'n0',
      total: 12.5,
      parts: { spread: 1, balance: 0.75, cards: 1, image: 0, zones: 1 },
    });
  });
});

describe('cards', () => {
  test('the fullest card that has room is taken, so that whole cards stay whole', () => {
    const holds = [{ vramBytes: 4 * Mi, cards: [{ index: 1, vramBytes: 4 * Mi }] }];
    const nodes = candidates([node('n', { gpus: [8 * Mi, 8 * Mi, 8 * Mi], holds })]);
    const taken = placements(nodes, 3, { gpus: 1, cardBytes: 4 * Mi }).map(({ reservation }) => reservation?.cards);
    const four = (index: number): object => ({ index, vramBytes: 4 * Mi });
    expect(taken).toEqual([[four(1)], [four(0)], [four(0)]]);
  });

  test('two replicas that need a whole card each never share one', () => {
    const nodes = candidates([node('n', { gpus: [80e9, 80e9] }), node('m', { gpus: [80e9] })]);
    const all = placements(nodes, 4, { gpus: 1, cardBytes: 80e9 }).map(({ reservation }) => reservation);
    const cards = all.flatMap((held) => held?.cards?.map(({ index }) => `${held.nodeId}/${index}`) ?? []);
    expect(cards.toSorted()).toEqual(['m/0', 'n/0', 'n/1']);
    expect(all[3]).toBeUndefined();
  });

  test('several cards of one replica are different ones', () => {
    const [placed] = placements(candidates([node('n', { gpus: [9, 10, 9] })]), 1, { gpus: 2, cardBytes: 8 });
    expect(placed?.reservation).toMatchObject({
      vramBytes: 16,
      cards: [0, 2].map((index) => ({ index, vramBytes: 8 })),
    });
  });
});

describe('targetRegions', () => {
  const regions = [{ zone: 'b' }, { zone: 'a' }];

  test('one after the other in turn, the earlier first', () => {
    const nodes = [node('a', { zone: 'a' }), node('b', { zone: 'b' })];
    expect(chosen(candidates(nodes), 5, { regions })).toEqual(['b', 'a', 'b', 'a', 'b']);
  });

  test('what one has no room for goes to the others; the decision says how they stood', () => {
    const nodes = [node('a', { zone: 'a' }), node('b', { zone: 'b', cpuMillis: 1_000 })];
    const all = placements(candidates(nodes), 4, { regions, cpuMillis: 1_000 });
    expect(all.map(({ reservation }) => reservation?.nodeId)).toEqual(['b', 'a', 'a', 'a']);
    expect(all[3]?.decision.regions).toEqual([
      { region: 'b', replicas: 1, nodes: 0 },
      { region: 'a', replicas: 2, nodes: 1 },
    ]);
  });

  test('a node that matches several counts in the first', () => {
    const nodes = [node('a', { zone: 'a' }), node('b', { zone: 'b' })];
    const [placed] = placements(candidates(nodes), 1, { regions: [{ cluster: 'eu' }, { zone: 'b' }] });
    expect(placed?.decision.regions?.map(({ nodes: count }) => count)).toEqual([2, 0]);
  });
});

test('a plan that places nothing does not look at the nodes', () => {
  const untouched = new Proxy<NodeView[]>([], {
    get() {
      throw new Error('somebody looked');
    },
  });
  const nothing = { actions: [], unplaced: [] };
  expect(fill([], candidatesOf(untouched, new Map()), demand(), { revision: 1, seed: 1 })).toEqual(nothing);
});

describe('on a large fleet', () => {
  const fleet = (count: number): Candidates =>
    candidates(Array.from({ length: count }, (_, n) => node(`n${n}`, n % 2 === 0 ? used(4_000) : { zone: 'b' })));

  test('50 nodes are listed, 51 are summed up by filter and need', () => {
    const wanted = { cpuMillis: 1_000, regions: [{ zone: 'a' }] };
    const [listed] = placements(fleet(50), 1, wanted);
    expect(listed?.decision.excluded).toHaveLength(50);
    const [summed] = placements(fleet(51), 1, wanted);
    const example = (have: string) => (n: number) => ({ nodeId: `n${n}`, have });
    expect(summed?.decision).toEqual({
      considered: 51,
      excluded: [],
      excludedBy: [
        { filter: 'cpu', need: '1', nodes: 26, examples: [0, 2, 4].map(example('0m free of 4')) },
        { filter: 'region', need: 'a', nodes: 25, examples: [1, 3, 5].map(example('eu/b')) },
      ],
      scores: [],
    });
  });

  test('what is blocked says how many nodes lack what', () => {
    const slot = { replicaId: 'web-r1-0', ordinal: 0, generation: 1 };
    const wanted = [{ slot, reason: 'wanted' }];
    const { unplaced } = fill(wanted, fleet(51), demand({ gpus: 1, cardBytes: Mi }), { revision: 1, seed: 1 });
    expect(unplaced).toEqual([
      '1 replica fits none of 51 nodes: vram needs 1Mi: 51 nodes lack it (as n0 has no GPU, n1 has no GPU, n2 has no GPU)',
    ]);
  });

  test('a decision does not grow with the fleet', () => {
    const sizeOf = (count: number): number => JSON.stringify(placements(fleet(count), 1, { cpuMillis: 1_000 })).length;
    expect(sizeOf(2_000) - sizeOf(100)).toBeLessThan(20);
  });
});
