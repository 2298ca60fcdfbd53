import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { evolveAllotment, overcommitOf } from '../../src/domain/node/allotment.ts';
import type { Reservation } from '../../src/domain/template.ts';
import { candidatesOf } from '../../src/planner/placement/candidate.ts';
import type { Demand } from '../../src/planner/placement/demand.ts';
import { fits } from '../../src/planner/placement/filters.ts';
import { place, type Placement } from '../../src/planner/placement/place.ts';
import { rank } from '../../src/planner/placement/ranking.ts';
import { regionIndexOf } from '../../src/planner/placement/region.ts';
import type { NodeView } from '../../src/planner/snapshot.ts';
import { nodeView, scheduled } from '../support/node-view.ts';

const CLUSTERS = ['eu', 'us'];
const ZONES = ['a', 'b', 'c'];

/** Small numbers, so that scores are often equal and nodes often full. */
const nodes: fc.Arbitrary<readonly NodeView[]> = fc
  .array(
    fc.record({
      cpuMillis: fc.constantFrom(1_000, 2_000, 4_000),
      cluster: fc.constantFrom(...CLUSTERS),
      zone: fc.constantFrom(...ZONES),
      gpus: fc.array(fc.constantFrom(8, 16), { maxLength: 3 }),
      labels: fc.constantFrom<Record<string, string>>({}, { disk: 'ssd' }),
      liveness: fc.constantFrom('ready' as const, 'ready' as const, 'lost' as const),
    }),
    { maxLength: 12 },
  )
  .map((all) => all.map((more, n) => nodeView(`n${n}`, more)));

const region = fc.record({ cluster: fc.constantFrom(...CLUSTERS), zone: fc.constantFrom(...ZONES) });
const regions = fc.array(
  fc.oneof(
    region,
    region.map(({ zone }) => ({ zone })),
  ),
  { maxLength: 3 },
);

const demands: fc.Arbitrary<Demand> = fc
  .record({
    cpuMillis: fc.constantFrom(0, 250, 1_000),
    gpus: fc.constantFrom(0, 0, 1, 2),
    hostPorts: fc.constantFrom<number[]>([], [], [80]),
    labels: fc.constantFrom<Record<string, string>>({}, {}, { disk: 'ssd' }),
    regions,
    imageOn: fc.subarray(['n0', 'n1', 'n2', 'n3']).map((ids) => new Set(ids)),
  })
  .map((some) => ({ ...some, image: 'web:1', memoryBytes: 0, cardBytes: some.gpus === 0 ? 0 : 6 }));

const counts = fc.integer({ min: 1, max: 25 });

function placeAll(views: readonly NodeView[], demand: Demand, count: number, seed: number): readonly Placement[] {
  const ranking = rank(candidatesOf(views, new Map()), demand, String(seed));
  return Array.from({ length: count }, () => place(ranking));
}

/** The nodes once somebody holds that. */
function holding(views: readonly NodeView[], held: readonly Reservation[]): readonly NodeView[] {
  return views.map(({ node, allotment }) => {
    const own = held.filter(({ nodeId }) => nodeId === node.id);
    const after = own.reduce((state, by, n) => evolveAllotment(state, scheduled(n, by)) ?? state, allotment);
    return { node, allotment: after };
  });
}

function siblingsIn(held: readonly Reservation[]): ReadonlyMap<string, number> {
  return new Map([...Map.groupBy(held, ({ nodeId }) => nodeId)].map(([nodeId, all]) => [nodeId, all.length]));
}

function reservations(placements: readonly Placement[]): readonly Reservation[] {
  return placements.flatMap(({ reservation }) => reservation ?? []);
}

describe('whatever the fleet and the demand', () => {
  test('identical replicas are placed exactly as if every node were looked at again for each', () => {
    fc.assert(
      fc.property(nodes, demands, counts, fc.nat(), (views, demand, count, seed) => {
        const batch = placeAll(views, demand, count, seed);
        const held: Reservation[] = [];
        for (const placement of batch) {
          const fresh = rank(candidatesOf(holding(views, held), siblingsIn(held)), demand, String(seed));
          expect(placement).toEqual(place(fresh));
          held.push(...reservations([placement]));
        }
      }),
    );
  });

  test('what is placed fits, and what is not fits nowhere', () => {
    fc.assert(
      fc.property(nodes, demands, counts, fc.nat(), (views, demand, count, seed) => {
        const held = reservations(placeAll(views, demand, count, seed));
        const after = holding(views, held);
        for (const { allotment } of after) expect(overcommitOf(allotment)).toBeUndefined();
        const room = candidatesOf(after, new Map()).all.some((candidate) => fits(candidate, demand));
        expect(held.length === count || !room).toBe(true);
      }),
    );
  });

  test('the chosen node has the best score, of the best five in order', () => {
    fc.assert(
      fc.property(nodes, demands, counts, fc.nat(), (views, demand, count, seed) => {
        for (const { reservation, decision } of placeAll(views, demand, count, seed)) {
          const totals = decision.scores.map(({ total }) => total);
          expect(totals).toEqual(totals.toSorted((left, right) => right - left));
          expect(decision.scores[0]?.nodeId).toBe(reservation?.nodeId);
          for (const { total, parts } of decision.scores) {
            const { spread = 0, balance = 0, cards = 0, image = 0, zones = 0 } = parts;
            expect(total).toBeCloseTo(4 * spread + 2 * balance + 3 * cards + image + 4 * zones, 9);
          }
        }
      }),
    );
  });

  test('the same nodes and seed give the same placements, and another seed changes only how ties are broken', () => {
    fc.assert(
      fc.property(nodes, demands, counts, fc.nat(), fc.nat(), (views, demand, count, seed, other) => {
        expect(placeAll(views, demand, count, seed)).toEqual(placeAll(views, demand, count, seed));
        const best = (all: readonly Placement[]): number | undefined => all[0]?.decision.scores[0]?.total;
        expect(best(placeAll(views, demand, count, seed))).toBe(best(placeAll(views, demand, count, other)));
      }),
    );
  });
});

describe('targetRegions, whatever they are', () => {
  const targeted = demands.filter((demand) => demand.regions.length > 0);

  test('nothing is placed outside of them', () => {
    fc.assert(
      fc.property(nodes, targeted, counts, fc.nat(), (views, demand, count, seed) => {
        for (const { nodeId } of reservations(placeAll(views, demand, count, seed))) {
          const node = views.find((view) => view.node.id === nodeId)?.node;
          expect(node && regionIndexOf(node, demand.regions)).toBeDefined();
        }
      }),
    );
  });

  test('each replica goes to the entry with the fewest among those with room, the earlier of equals', () => {
    fc.assert(
      fc.property(nodes, targeted, counts, fc.nat(), (views, demand, count, seed) => {
        const entryOf = ({ node }: NodeView): number | undefined => regionIndexOf(node, demand.regions);
        const held: Reservation[] = [];
        for (const reservation of reservations(placeAll(views, demand, count, seed))) {
          const now = candidatesOf(holding(views, held), new Map()).all;
          const open = demand.regions.flatMap((_, entry) => {
            const room = now.some((each) => entryOf(each.view) === entry && fits(each, demand));
            const on = views.filter((view) => entryOf(view) === entry).map(({ node }) => node.id);
            return room ? [{ entry, replicas: held.filter(({ nodeId }) => on.includes(nodeId)).length }] : [];
          });
          const due = open.toSorted((left, right) => left.replicas - right.replicas || left.entry - right.entry)[0];
          const view = views.find(({ node }) => node.id === reservation.nodeId);
          expect(view && entryOf(view)).toBe(due?.entry);
          held.push(reservation);
        }
      }),
    );
  });

  test('with room everywhere the entries differ by one replica at most', () => {
    const count = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        count,
        fc.uniqueArray(fc.constantFrom(...ZONES), { minLength: 1 }),
        fc.nat(),
        (replicas, zones, seed) => {
          const views = ZONES.map((zone) => nodeView(zone, { zone }));
          const demand = {
            image: 'web:1',
            cpuMillis: 1,
            memoryBytes: 0,
            gpus: 0,
            cardBytes: 0,
            hostPorts: [],
            labels: {},
          };
          const targets = { ...demand, imageOn: new Set<string>(), regions: zones.map((zone) => ({ zone })) };
          const per = siblingsIn(reservations(placeAll(views, targets, replicas, seed)));
          const each = zones.map((zone) => per.get(zone) ?? 0);
          expect(each).toEqual(each.toSorted((left, right) => right - left));
          expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
