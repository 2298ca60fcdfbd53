import fc from 'fast-check';
import { expect, test } from 'vitest';

import { routed, type RoutedReplica, type RoutingTable } from '../routing/table.ts';
import { caddyServer } from './caddy/configuration.ts';
import { interleaved, sharesOf } from './caddy/shares.ts';
import { desiredState, haproxyWeights, type HaproxyState } from './haproxy/desired.ts';
import { difference, type ActualServer, type ActualState } from './haproxy/difference.ts';
import { polled } from './traefik/offers.ts';

const replica = fc.record({
  generation: fc.integer({ min: 1, max: 2 }),
  revision: fc.integer({ min: 1, max: 3 }),
  port: fc.integer({ min: 1024, max: 1027 }),
  ready: fc.boolean(),
});
const deployment = fc.record({
  replicas: fc.array(replica, { maxLength: 4 }),
  shares: fc.option(
    fc.uniqueArray(fc.record({ revision: fc.integer({ min: 1, max: 3 }), weight: fc.nat(100) }), {
      selector: ({ revision }) => revision,
    }),
    { nil: undefined },
  ),
});
const ids = fc.constantFrom('depl_a', 'depl-b', 'Depl_C', 'd');
const routes = fc.dictionary(
  fc.constantFrom('shop.example', 'shop.example/admin', 'shop.example:8080', 'depl-b.localhost', 'x/a;b'),
  fc.constantFrom(
    'http://depl_a.localhost',
    'http://10.0.0.7:8080/base',
    'https://admin.internal',
    'http://d.localhost/x',
  ),
  { noNullPrototype: true },
);
const NODES = new Map([['n', '10.0.0.1']]);

/** Any table of a few deployments and routes. */
const table: fc.Arbitrary<RoutingTable> = fc
  .record({ deployments: fc.dictionary(ids, deployment, { noNullPrototype: true }), routes })
  .map(({ deployments, routes: own }) => ({
    position: 1,
    nodes: NODES,
    routes: new Map(Object.entries(own)),
    deployments: new Map(
      Object.entries(deployments).map(([id, { replicas, shares }]) => {
        const all = new Map(
          replicas.map((each, index): [string, RoutedReplica] => [
            `${id}-${index}`,
            { ...each, id: `${id}-${index}`, nodeId: 'n' },
          ]),
        );
        return [id, routed({ id, ...(shares && { shares }), replicas: all }, NODES)];
      }),
    ),
  }));

const FILES = { addresses: '/m/a', deployments: '/m/d' };
const NOTHING: ActualState = { addresses: new Map(), deployments: new Map(), servers: new Map() };
const names = new Map([['admin.internal', '10.9.9.9']]);

function wantedOf(of: RoutingTable, { deployments }: ActualState, backends = 8): HaproxyState {
  const assigned = new Map([...deployments].map(([id, [own = '']]) => [id, own]));
  return desiredState(of, { domains: ['localhost'], backends, assigned, names });
}

/** What HAProxy makes of a command. */
function obey(state: ActualState, command: string): ActualState {
  const words = command.split(/(?<!\\) /).map((word) => word.replace(/\\(.)/g, '$1'));
  const [verb, what, name = '', key = '', value = ''] = words;
  const maps = { [FILES.addresses]: new Map(state.addresses), [FILES.deployments]: new Map(state.deployments) };
  const servers = new Map(state.servers);
  const server = servers.get(name);
  const change = (more: Partial<ActualServer>): void => {
    if (server === undefined) throw new Error(`no such server: ${command}`);
    servers.set(name, { ...server, ...more });
  };
  const map = maps[name];
  if (verb === 'add' && what === 'map') map?.set(key, [...(map.get(key) ?? []), value]);
  else if (verb === 'set' && what === 'map') {
    if (map?.has(key) !== true) throw new Error(`no such key: ${command}`);
    map.set(key, [value]);
  } else if (verb === 'del' && what === 'map') map?.delete(key);
  else if (verb === 'add' && what === 'server') {
    if (server !== undefined) throw new Error(`it is there: ${command}`);
    const [, address = '', port] = /^(.*):(\d+)$/.exec(key) ?? [];
    servers.set(name, { address, port: Number(port), weight: Number(words[5]), enabled: false, requests: 0 });
  } else if (verb === 'del' && what === 'server') {
    if (server?.enabled !== false) throw new Error(`it is in service: ${command}`);
    servers.delete(name);
  } else if (command.endsWith(' state ready')) change({ enabled: true });
  else if (command.endsWith(' state maint')) change({ enabled: false });
  else if (verb === 'set' && what === 'weight') change({ weight: Number(key) });
  else throw new Error(`no command: ${command}`);
  return { addresses: maps[FILES.addresses] ?? new Map(), deployments: maps[FILES.deployments] ?? new Map(), servers };
}

function brought(from: ActualState, to: RoutingTable): ActualState {
  const { needed, tidying } = difference(from, wantedOf(to, from), FILES);
  return [...needed, ...tidying].reduce(obey, from);
}

/** What requests find, whichever backends were in store for it. */
function view({ addresses, deployments, servers }: ActualState): unknown {
  const own = (backend: string): unknown =>
    [...servers]
      .filter(([name]) => name.startsWith(`${backend}/`))
      .map(([name, server]) => [name.split('/')[1], server]);
  return {
    addresses: new Map(addresses),
    deployments: new Map([...deployments].map(([id, [backend = '']]) => [id, own(backend)])),
  };
}

test('HAProxy led from one table to another has what it has when it is led there at once, and nothing is left to do', () => {
  fc.assert(
    fc.property(table, table, (one, other) => {
      const first = brought(NOTHING, one);
      const changed = brought(first, other);
      const sorted = (state: ActualState): ActualState => ({
        ...state,
        servers: new Map([...state.servers].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      });
      expect(view(sorted(changed))).toEqual(view(sorted(brought(NOTHING, other))));
      expect(difference(changed, wantedOf(other, changed), FILES)).toEqual({ needed: [], tidying: [] });
      // Two deployments never share a backend, and who had one keeps it.
      const given = [...changed.deployments].map(([, [backend]]) => backend);
      expect(new Set(given).size).toBe(given.length);
      const kept = [...first.deployments].filter(([id]) => changed.deployments.has(id));
      expect(kept.map(([id]) => [id, changed.deployments.get(id)])).toEqual(kept);
    }),
  );
});

test('what somebody else has done to HAProxy is undone', () => {
  fc.assert(
    fc.property(table, fc.nat(5), (of, which) => {
      const right = brought(NOTHING, of);
      const servers = [...right.servers].map(([name, server], index): [string, ActualServer] => [
        name,
        index === which ? { ...server, enabled: false, weight: 3 } : server,
      ]);
      const addresses = new Map([...right.addresses].map(([key, value]) => [key, [...value, ...value]]));
      const wrong = { addresses, deployments: new Map([['gone', ['deploy_svc_7']]]), servers: new Map(servers) };
      expect(difference(brought(wrong, of), wantedOf(of, wrong), FILES).needed).toEqual([]);
    }),
  );
});

test('deployments that no backend is left for are named, and all others are routed', () => {
  fc.assert(
    fc.property(table, (of) => {
      const { homeless, deployments } = wantedOf(of, NOTHING, 1);
      const ready = [...of.deployments.values()].filter(({ backends }) => backends.length > 0);
      expect(deployments.size).toBe(Math.min(1, ready.length));
      expect([...homeless, ...deployments.keys()].toSorted()).toEqual(ready.map(({ id }) => id).toSorted());
    }),
  );
});

const weights = fc
  .array(fc.nat(1_000_000), { minLength: 1, maxLength: 12 })
  .filter((all) => all.some((each) => each > 0));

test('weights of HAProxy and repetitions of Caddy are in proportion; something stays something, nothing nothing', () => {
  fc.assert(
    fc.property(weights, (given) => {
      const most = Math.max(...given);
      const rounded = haproxyWeights(given);
      const { counts, error } = sharesOf(given);
      const total = given.reduce((sum, each) => sum + each, 0);
      const listed = interleaved(counts);
      for (const [index, weight] of given.entries()) {
        expect((rounded[index] ?? 0) > 0).toBe(weight > 0);
        expect((counts[index] ?? 0) > 0).toBe(weight > 0);
        expect(Math.abs((rounded[index] ?? 0) / 256 - weight / most)).toBeLessThanOrEqual(1 / 256);
        const share = listed.filter((each) => each === index).length / listed.length;
        expect(Math.abs(share - weight / total)).toBeLessThanOrEqual(error + 1e-9);
      }
      expect(Math.max(...rounded)).toBe(256);
      // What must not be nothing may need one more each.
      expect(listed.length).toBeLessThanOrEqual(1_000 + given.length);
      expect(error).toBeLessThanOrEqual(0.005);
    }),
  );
});

test.each([
  [[1, 1, 1], [1, 1, 1], 0],
  [[900_000, 100_000], [9, 1], 0],
  [[330_000, 330_000, 330_000, 10_000], [33, 33, 33, 1], 0],
  [[0, 1_000_000], [0, 1], 0],
])('%j is repeated %j times', (given, counts, error) => {
  const shares = sharesOf(given);
  expect(shares.error - error).toBeLessThanOrEqual(0.001);
  const sum = shares.counts.reduce((one, other) => one + other, 0);
  for (const [index, count] of counts.entries()) {
    const whole = counts.reduce((one, other) => one + other, 0);
    expect(Math.abs((shares.counts[index] ?? 0) / sum - count / whole)).toBeLessThanOrEqual(0.001);
  }
});

test('in the configuration of Caddy every deployment has its ready replicas in their shares', () => {
  const options = {
    domains: ['localhost'],
    listen: ':1',
    trusted: [],
    connectMs: 1,
    headersMs: 1,
    idleMs: 1,
    modern: false,
  };
  fc.assert(
    fc.property(table, (of) => {
      const text = JSON.stringify(caddyServer(of, ['10.0.0.1:9'], { ...options, events: '127.0.0.1:2' }));
      const dials = new Set([...text.matchAll(/"dial":"10\.0\.0\.1:(\d+)"/g)].map(([, port]) => Number(port)));
      const used = [...of.deployments.values()].flatMap(({ backends }) => backends.filter(({ weight }) => weight > 0));
      expect(dials).toEqual(new Set([9, ...used.map(({ port }) => port)]));
    }),
  );
});

test('a poll of Traefik acknowledges what it was given long enough ago, and never less than before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(3)), { minLength: 1 }), (steps) => {
      let [now, position, acknowledged, offers]: [number, number, number, ReturnType<typeof polled>['offers']] = [
        0,
        0,
        0,
        [],
      ];
      const given: { readonly position: number; readonly at: number }[] = [];
      for (const [seconds, events] of steps) {
        now += seconds;
        position += events;
        const before = acknowledged;
        ({ acknowledged, offers } = polled(offers, acknowledged, now));
        const due = given.filter(({ at }) => at + 3 <= now).map((offer) => offer.position);
        expect(acknowledged).toBe(Math.max(before, 0, ...due));
        given.push({ position, at: now });
        offers = [...offers, { position, at: now }];
      }
    }),
  );
});
