import { systemClock } from '../../src/clock.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import type { NodeLiveness } from '../../src/domain/node/status.ts';
import { createLogger } from '../../src/logger.ts';
import { Follower } from '../../src/routers/follow.ts';
import type { RecordedEvent } from '../../src/domain/event.ts';
import { drainReplicas, type DrainDeps } from '../../src/workers/drain/drain-replicas.ts';
import { WorkerMembership } from '../../src/workers/membership.ts';
import { openGateway, type OpenGateway } from '../gateway/support.ts';
import { command, testStore, type TestStore } from '../support/store.ts';

/** A log whose events the test writes, with a node of this machine. */
export interface RoutingWorld extends AsyncDisposable, TestStore {
  append(stream: string, ...events: readonly DomainEvent[]): Promise<number>;
  /** A replica of `depl_web` that is ready at a port of this machine. Returns the position. */
  ready(replicaId: string, port: number, revision?: number): Promise<number>;
  /** Takes it out of service. Returns the position. */
  stopping(replicaId: string, drainSeconds?: number): Promise<number>;
  node(liveness: NodeLiveness): Promise<void>;
  /** The first event of that type about that replica. */
  heard(type: RecordedEvent['type'], replicaId: string): Promise<RecordedEvent>;
}

const NODE = 'node_a';

export async function routingWorld(): Promise<RoutingWorld> {
  const world = await testStore({ inventsDecisions: true });
  const append: RoutingWorld['append'] = async (stream, ...events) => {
    const { last } = await world.store.append(command(stream, 'any', events));
    return last;
  };
  const capacity = { cpuMillis: 1_000, memoryBytes: 2 ** 30, gpus: [] };
  const place = { url: 'unix:///run/nobody.sock', cluster: 'c', zone: '', labels: {}, capacity };
  await append(`node/${NODE}`, { type: 'NodeRegistered', data: { nodeId: NODE, ...place } });
  const spec = { id: 'depl_web', definitionId: 'def_web', replicas: 2 };
  await append('deployment/depl_web', { type: 'DeploymentSaved', data: { deploymentId: 'depl_web', spec } });
  const ids = (replicaId: string) => ({ replicaId, deploymentId: 'depl_web', generation: 1 });
  return {
    ...world,
    append,
    ready(replicaId, port, revision = 1) {
      const reservation = { nodeId: NODE, cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] };
      const decision = { considered: 1, excluded: [], scores: [] };
      const attempt = ids(replicaId);
      return append(
        `replica/${replicaId}`,
        { type: 'ReplicaScheduled', data: { ...attempt, ordinal: 0, revision, reservation, decision, reason: '' } },
        { type: 'ContainerCreated', data: { ...attempt, containerId: 'c', adopted: false } },
        { type: 'ContainerStarted', data: { ...attempt, containerId: 'c', ports: [{ internal: 80, host: port }] } },
        { type: 'ReplicaReady', data: attempt },
      );
    },
    stopping: (replicaId, drainSeconds = 30) =>
      append(`replica/${replicaId}`, {
        type: 'ReplicaStopping',
        data: { ...ids(replicaId), nodeId: NODE, reason: 'test', drainSeconds, graceSeconds: 1 },
      }),
    async node(liveness) {
      const data = { nodeId: NODE };
      const lost: DomainEvent = { type: 'NodeLost', data: { ...data, silentMs: 1, reason: 'test' } };
      await append(`node/${NODE}`, liveness === 'lost' ? lost : { type: 'NodeReturned', data });
    },
    async heard(type, replicaId) {
      const signal = AbortSignal.timeout(20_000);
      for await (const event of world.store.subscribe({ from: 0, signal })) {
        if (event.type === type && 'replicaId' in event.data && event.data.replicaId === replicaId) return event;
      }
      throw new Error(`no ${type} of ${replicaId} within 20 s`);
    },
  };
}

/** A gateway that follows that log. */
export async function followingGateway(world: TestStore): Promise<OpenGateway & { readonly id: string }> {
  const stack = new AsyncDisposableStack();
  const gateway = stack.use(await openGateway());
  const log = createLogger('silent');
  const { database, store } = world;
  const follower = stack.use(new Follower({ router: gateway.router, database, store, clock: systemClock, log }));
  await follower.start();
  return { ...gateway, id: follower.id, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** A worker that does nothing but to wait for routers. */
export async function drainingWorker(world: TestStore, more: Partial<DrainDeps> = {}): Promise<AsyncDisposable> {
  const { database, store } = world;
  const log = createLogger('silent');
  const membership = new WorkerMembership(database, systemClock, log);
  await membership.start();
  const end = new AbortController();
  const life = { ...membership.present, ended: AbortSignal.any([membership.present.ended, end.signal]) };
  const deps = { database, store, log, clock: systemClock, membership: { present: life }, ...more };
  const running = drainReplicas(deps, life);
  return {
    async [Symbol.asyncDispose]() {
      end.abort();
      await running;
      await membership[Symbol.asyncDispose]();
    },
  };
}
