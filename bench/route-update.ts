import { systemClock } from '../src/clock.ts';
import type { DomainEvent } from '../src/domain/event.ts';
import { streamOf } from '../src/domain/stream.ts';
import { embeddedRouter } from '../src/gateway/embedded-router.ts';
import { createLogger } from '../src/logger.ts';
import { migrate } from '../src/postgres/migrate.ts';
import { PROJECTIONS } from '../src/projections/all.ts';
import { Follower } from '../src/routers/follow.ts';
import type { Router } from '../src/routing/router.ts';
import { openStore } from '../src/store/postgres-store.ts';
import { caddyPrograms } from '../test/routers/caddy-programs.ts';
import { openCaddy } from '../test/routers/caddy.ts';
import { openHaproxy } from '../test/routers/haproxy.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { openPool } from './support/postgres.ts';
import { latencies, percentile } from './support/statistics.ts';

const EVENTS = 400;
/** Milliseconds. */
const AIM = 50;
const CONTEXT = { actor: 'user/bench', correlationId: 'bench' };
const NODE = 'node_bench';

/** A router to measure, and how many deployments it has. */
interface Subject {
  readonly deployments: number;
  readonly open: () => Promise<{ readonly router: Router } & AsyncDisposable>;
}

const SUBJECTS = {
  gateway: { deployments: 1_000, open: openGateway },
  haproxy: { deployments: 100, open: () => openHaproxy({ backends: 128 }) },
  caddy: { deployments: 100, open: () => openCaddy(caddyPrograms()[0]) },
} as const satisfies Readonly<Record<string, Subject>>;

/** From the commit of an event to the table that follows from it being in force. */
export function routeUpdate(kind: keyof typeof SUBJECTS): Benchmark {
  const subject: Subject = SUBJECTS[kind];
  return {
    id: `route-update-${kind}`,
    title: `from an event's commit to its being routed by (${kind}), ${EVENTS} events one after the other, ${subject.deployments} deployments`,
    unit: 'ms',
    peer: null,
    aim: AIM,
    // What installs the engine of the tests installs their proxies.
    engine: kind !== 'gateway',
    run: ({ postgres, say }) => postgres.fresh((url) => measure(subject, url, say)),
  };
}

async function openGateway(): Promise<{ readonly router: Router } & AsyncDisposable> {
  const router = embeddedRouter({
    domains: ['localhost'],
    maxInFlight: 1,
    accessLog: 'none',
    trustProxy: [],
    connectMs: 1_000,
    headersMs: 1_000,
    idleMs: 1_000,
  });
  return { router, [Symbol.asyncDispose]: () => router[Symbol.asyncDispose]() };
}

async function measure({ deployments, open }: Subject, url: string, say: Bench['say']): Promise<Outcome> {
  await using database = openPool(url);
  await migrate(database);
  await using store = openStore({
    database,
    clock: systemClock,
    projections: PROJECTIONS,
    effects: async () => undefined,
  });
  const append = async (stream: string, ...events: readonly DomainEvent[]): Promise<number> => {
    const { last } = await store.append({ context: CONTEXT, appends: [{ stream, expectedVersion: 'any', events }] });
    return last;
  };
  const capacity = { cpuMillis: 1_000, memoryBytes: 2 ** 30, gpus: [] };
  const place = { url: 'unix:///run/nobody.sock', cluster: 'c', zone: '', labels: {}, capacity };
  await append(streamOf('node', NODE), { type: 'NodeRegistered', data: { nodeId: NODE, ...place } });
  await Promise.all(
    Array.from({ length: deployments }, (_, index) => {
      const id = `depl_${index}`;
      const spec = { id, definitionId: 'def', replicas: 1 };
      return append(streamOf('deployment', id), { type: 'DeploymentSaved', data: { deploymentId: id, spec } });
    }),
  );
  await using opened = await open();
  const bare = opened.router;
  const inForce = new Map<number, PromiseWithResolvers<number>>();
  const at = (position: number): PromiseWithResolvers<number> => {
    const waiting = inForce.get(position) ?? Promise.withResolvers<number>();
    inForce.set(position, waiting);
    return waiting;
  };
  const router: Router = {
    kind: bare.kind,
    async apply(table) {
      await bare.apply(table);
      at(table.position).resolve(performance.now());
    },
    inFlight: () => bare.inFlight(),
    settled: (signal) => bare.settled(signal),
    samples: () => bare.samples(),
    // Whoever opened it closes it.
    [Symbol.asyncDispose]: async () => undefined,
  };
  const log = createLogger('error');
  await using follower = new Follower({ router, database, store, clock: systemClock, log });
  await follower.start();
  const took: number[] = [];
  for (let index = 0; index < EVENTS; index += 1) {
    const position = await append(...eventsOf(index, deployments));
    const committed = performance.now();
    took.push(Math.max(0, (await at(position).promise) - committed));
  }
  say(`  ${latencies(took)}`);
  const value = percentile(took, 0.99);
  return {
    value,
    conditions: [{ text: `p99 ${value.toFixed(1)} ms, aim at most ${AIM} ms`, met: value <= AIM }],
    spent: [`the middle one ${percentile(took, 0.5).toFixed(1)} ms: notification, one read of the log, one table`],
  };
}

/** A replica becomes ready, and is stopped next: each moves the table on. */
function eventsOf(index: number, deployments: number): [stream: string, ...events: DomainEvent[]] {
  const deploymentId = `depl_${(index >> 1) % deployments}`;
  const replicaId = `${deploymentId}-r1-${index >> 1}`;
  const attempt = { replicaId, deploymentId, generation: 1 };
  const reservation = { nodeId: NODE, cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] };
  const decision = { considered: 1, excluded: [], scores: [] };
  const slot = { ordinal: index >> 1, revision: 1, reservation, decision, reason: 'bench' };
  const stream = streamOf('replica', replicaId);
  if (index % 2 === 1) {
    return [stream, { type: 'ReplicaStopping', data: { ...attempt, nodeId: NODE, reason: 'bench' } }];
  }
  const containerId = 'c'.repeat(64);
  return [
    stream,
    { type: 'ReplicaScheduled', data: { ...attempt, ...slot } },
    { type: 'ContainerCreated', data: { ...attempt, containerId, adopted: false } },
    { type: 'ContainerStarted', data: { ...attempt, containerId, ports: [{ internal: 8_080, host: 20_000 + index }] } },
    { type: 'ReplicaReady', data: { ...attempt, answered: true } },
  ];
}
