import { v7 as uuidv7 } from 'uuid';

import { systemClock } from '../../src/clock.ts';
import type { DeploymentSpec, DeploymentStatus } from '../../src/domain/deployment/events.ts';
import type { DeploymentState } from '../../src/domain/deployment/evolve.ts';
import type { DomainEvent, RecordedEvent } from '../../src/domain/event.ts';
import { streamOf } from '../../src/domain/stream.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { openJobQueue } from '../../src/jobs/queue.ts';
import { jobsFor } from '../../src/jobs/reactions.ts';
import { openDatabase, type Database } from '../../src/postgres/database.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { openStore } from '../../src/store/postgres-store.ts';
import { queryRows } from './database.ts';
import { clearContainers } from './oracle.ts';
import { freshDatabase } from './postgres.ts';
import { until } from './until.ts';
import { startProcess, type ProcessOptions, type ServiceProcess } from './service-process.ts';

export const DOCKER_URL = 'unix:///var/run/docker.sock';

/** One installation of the product: a database, processes on it, and its containers on the machine's engine. */
export interface Installation extends AsyncDisposable {
  readonly id: string;
  readonly url: string;
  readonly database: Database;
  readonly store: EventStore;
  readonly engine: Engine;
  start(options?: Omit<ProcessOptions, 'databaseUrl'>): Promise<ServiceProcess>;
  /** What the processes have said, for the message of a failure. */
  output(): string;
}

/** Opens an installation on a database of its own, or on the one at `url`; takes its processes and containers away at the end. */
export async function openInstallation(url?: string): Promise<Installation> {
  await using stack = new AsyncDisposableStack();
  const engine = stack.use(connectEngine(DOCKER_URL));
  const own = url ?? stack.use(await freshDatabase()).url;
  const onError = (): void => undefined;
  const database = stack.use(openDatabase({ url: own, applicationName: 'deploy-svc test', onError }));
  const queue = stack.use(await openJobQueue({ url: own, onError, works: false }));
  const effects = async (
    tx: Parameters<typeof queue.sendIn>[0],
    events: Parameters<typeof jobsFor>[0],
  ): Promise<void> => queue.sendIn(tx, jobsFor(events));
  const store = stack.use(openStore({ database, clock: systemClock, projections: PROJECTIONS, effects }));
  const [row] = await queryRows(database, 'select id from installation');
  const id = String(row?.['id']);
  // Runs after the processes have ended, so nothing starts a container any more.
  stack.defer(() => clearContainers(engine, id));
  const processes: ServiceProcess[] = [];
  stack.defer(async () => void (await Promise.all(processes.map((each) => each[Symbol.asyncDispose]()))));
  const whole = stack.move();
  return {
    id,
    url: own,
    database,
    store,
    engine,
    async start(options = {}) {
      const started = await startProcess({ ...options, databaseUrl: own });
      processes.push(started);
      return started;
    },
    output: () => processes.map((each) => each.output()).join('\n'),
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
}

/** Saves a definition and a deployment of it under one name. Returns the position after which its story is told. */
export async function deploy(
  { store }: Pick<Installation, 'store'>,
  { image, ...spec }: Pick<DeploymentSpec, 'id' | 'replicas' | 'envars' | 'strategy'> & { readonly image: string },
): Promise<number> {
  const definitionId = `def-${spec.id}`;
  const definition = { id: definitionId, image: { name: image, internalPorts: [8080] } };
  await append(store, streamOf('definition', definitionId), {
    type: 'DefinitionSaved',
    data: { definitionId, spec: definition },
  });
  return append(store, streamOf('deployment', spec.id), {
    type: 'DeploymentSaved',
    data: { deploymentId: spec.id, spec: { ...spec, definitionId } },
  });
}

/** Asks for the deployment's removal. */
export function undeploy({ store }: Pick<Installation, 'store'>, deploymentId: string): Promise<number> {
  return append(store, streamOf('deployment', deploymentId), { type: 'DeploymentDeleted', data: { deploymentId } });
}

async function append(store: EventStore, stream: string, event: DomainEvent): Promise<number> {
  const context = { actor: 'user/test', correlationId: uuidv7() };
  const { first } = await store.append({ context, appends: [{ stream, expectedVersion: 'any', events: [event] }] });
  return first - 1;
}

/** The first event after `from` that passes. Throws at the deadline, with what the processes said. */
export async function waitForEvent(
  installation: Installation,
  from: number,
  passes: (event: RecordedEvent) => boolean,
  deadlineMs = 30_000,
): Promise<RecordedEvent> {
  const signal = AbortSignal.timeout(deadlineMs);
  const seen: string[] = [];
  for await (const event of installation.store.subscribe({ from, signal })) {
    if (passes(event)) return event;
    seen.push(`${event.position} ${event.stream} ${event.type} by ${event.actor}`);
  }
  throw new Error(`not within ${deadlineMs} ms; seen:\n${seen.join('\n')}\n${installation.output()}`);
}

/** Waits until the deployment's status is this, be it already or from now on. */
export async function waitForStatus(
  installation: Installation,
  deploymentId: string,
  status: DeploymentStatus,
  deadlineMs = 30_000,
): Promise<void> {
  const from = await installation.store.head();
  const row = await installation.store.row<DeploymentState>('deployments', deploymentId);
  if (row?.state.status === status) return;
  const reached = (event: RecordedEvent): boolean =>
    event.type === 'DeploymentStatusChanged' &&
    event.data.deploymentId === deploymentId &&
    event.data.status === status;
  await waitForEvent(installation, from, reached, deadlineMs);
}

/** The ids under which these processes are registered as workers now, in their order. */
export async function workerIds(
  { database }: Pick<Installation, 'database'>,
  processes: readonly Pick<ServiceProcess, 'pid'>[],
): Promise<readonly string[]> {
  const rows = await queryRows(database, 'select id, pid from workers');
  const ids = new Map(rows.map(({ id, pid }) => [Number(pid), String(id)]));
  return processes.flatMap(({ pid }) => ids.get(pid) ?? []);
}

/** Waits until the process is registered under another id than before. */
export async function waitForNewId(
  installation: Installation,
  process: Pick<ServiceProcess, 'pid'>,
  before: string | undefined,
  deadlineMs = 15_000,
): Promise<string> {
  let now = before;
  await until(`process ${process.pid} registers anew\n${installation.output()}`, deadlineMs, async () => {
    [now] = await workerIds(installation, [process]).catch(() => []);
    return now !== undefined && now !== before;
  });
  return now ?? '';
}
