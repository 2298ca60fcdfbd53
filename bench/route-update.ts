import { systemClock } from '../src/clock.ts';
import type { DomainEvent } from '../src/domain/event.ts';
import { streamOf } from '../src/domain/stream.ts';
import { embeddedRouter } from '../src/gateway/embedded-router.ts';
import { createLogger } from '../src/logger.ts';
import { migrate } from '../src/postgres/migrate.ts';
import { PROJECTIONS } from '../src/projections/all.ts';
import { Follower } from '../src/routers/follow.ts';
import { openStore } from '../src/store/postgres-store.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { openPool } from './support/postgres.ts';
import { latencies, percentile } from './support/statistics.ts';

const EVENTS = 400;
/** Milliseconds. */
const AIM = 50;
const CONTEXT = { actor: 'user/bench', correlationId: 'bench' };
const NODE = 'node_bench';
const DEPLOYMENTS = 1_000;

/** From the commit of an event to the table that follows from it being in force. */
export const routeUpdate: Benchmark = {
  id: 'route-update',
  title: `from an event's commit to its being routed by, ${EVENTS} events one after the other, ${DEPLOYMENTS} deployments`,
  unit: 'ms',
  peer: null,
  aim: AIM,
  engine: false,
  run: ({ postgres, say }) => postgres.fresh((url) => measure(url, say)),
};

async function measure(url: string, say: Bench['say']): Promise<Outcome> {
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
    Array.from({ length: DEPLOYMENTS }, (_, index) => {
      const id = `depl_${index}`;
      const spec = { id, definitionId: 'def', replicas: 1 };
      return append(streamOf('deployment', id), { type: 'DeploymentSaved', data: { deploymentId: id, spec } });
    }),
  );
  const bare = embeddedRouter({
    domains: ['localhost'],
    maxInFlight: 1,
    accessLog: 'none',
    trustProxy: [],
    connectMs: 1_000,
    headersMs: 1_000,
    idleMs: 1_000,
  });
  const inForce = new Map<number, PromiseWithResolvers<number>>();
  const at = (position: number): PromiseWithResolvers<number> => {
    const waiting = inForce.get(position) ?? Promise.withResolvers<number>();
    inForce.set(position, waiting);
    return waiting;
  };
  const router = {
    ...bare,
    async apply(table: Parameters<typeof bare.apply>[0]) {
      await bare.apply(table);
      at(table.position).resolve(performance.now());
    },
  };
  const log = createLogger('error');
  await using follower = new Follower({ router, database, store, clock: systemClock, log });
  await follower.start();
  const took: number[] = [];
  for (let index = 0; index < EVENTS; index += 1) {
    const position = await append(...eventOf(index));
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

/** Replicas come and go, one event each; each of them moves the table on. */
function eventOf(index: number): [stream: string, event: DomainEvent] {
  const replicaId = `depl_${index >> 1}-r1-0`;
  const attempt = { replicaId, deploymentId: `depl_${index >> 1}`, generation: 1 };
  const reservation = { nodeId: NODE, cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] };
  const decision = { considered: 1, excluded: [], scores: [] };
  const slot = { ordinal: 0, revision: 1, reservation, decision, reason: 'bench' };
  const event: DomainEvent =
    index % 2 === 0
      ? { type: 'ReplicaScheduled', data: { ...attempt, ...slot } }
      : { type: 'ReplicaStopping', data: { ...attempt, nodeId: NODE, reason: 'bench' } };
  return [streamOf('replica', replicaId), event];
}
