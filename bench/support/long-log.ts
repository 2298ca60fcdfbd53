import { systemClock } from '../../src/clock.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { streamOf } from '../../src/domain/stream.ts';
import type { Template } from '../../src/domain/template.ts';
import { sql, type Database } from '../../src/postgres/database.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import type { StreamAppend } from '../../src/store/command.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import { openStore } from '../../src/store/postgres-store.ts';

const CONTEXT = { actor: 'worker/bench', correlationId: 'bench' };
const CAPACITY = { cpuMillis: 64_000, memoryBytes: 2 ** 38, gpus: [] };
/** Deployments whose rollouts are appended at once. */
const AT_ONCE = 4;

/** How large the fleet is that the log tells of. */
export interface LongLog {
  readonly events: number;
  readonly nodes: number;
  readonly deployments: number;
  /** Of each deployment. */
  readonly replicas: number;
}

/**
 * A log of a fleet that lives: rollout after rollout of every deployment in turn, each of which takes the place of its replicas one
 * by one, with every event of their lives and of their instances. Appended by the store itself, so that its chain, its rows and their
 * history are what a fleet would have left. Returns the position of the last event.
 */
export async function appendLongLog(database: Database, log: LongLog, say: (line: string) => void): Promise<number> {
  const effects = async (): Promise<void> => undefined;
  await using store = openStore({ database, clock: systemClock, projections: PROJECTIONS, effects });
  await store.append({ context: CONTEXT, appends: beginnings(log) });
  const deployments = Array.from({ length: log.deployments }, (_, index) => `depl-${index}`);
  let told = 0;
  for (let revision = 1; (await store.head()) < log.events; revision += 1) {
    const left = [...deployments];
    const appender = async (): Promise<void> => {
      for (let id = left.shift(); id !== undefined; id = left.shift()) await rollOut(store, log, id, revision);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, appender));
    const head = await store.head();
    if (head - told >= log.events / 5) {
      say(`  ${head} of ${log.events} events appended`);
      told = head;
    }
  }
  await sql`vacuum analyze`.execute(database.db);
  return await store.head();
}

function one(stream: string, ...events: readonly DomainEvent[]): StreamAppend {
  return { stream, expectedVersion: 'any', events };
}

function beginnings({ nodes, deployments }: LongLog): readonly StreamAppend[] {
  const registered = Array.from({ length: nodes }, (_, index) => {
    const nodeId = nodeOf(index);
    const data = { nodeId, url: `simulated://${nodeId}`, cluster: 'c', zone: 'z', labels: {}, capacity: CAPACITY };
    return one(streamOf('node', nodeId), { type: 'NodeRegistered', data });
  });
  const spec = { id: 'web', image: { name: 'web:1', internalPorts: [8_080] } };
  const definition = one(streamOf('definition', 'web'), {
    type: 'DefinitionSaved',
    data: { definitionId: 'web', spec },
  });
  const saved = Array.from({ length: deployments }, (_, index) => {
    const deploymentId = `depl-${index}`;
    const wanted = { id: deploymentId, definitionId: 'web', replicas: 1 };
    return one(streamOf('deployment', deploymentId), { type: 'DeploymentSaved', data: { deploymentId, spec: wanted } });
  });
  return [...registered, definition, ...saved];
}

/** One command each for the revision, for every replica that gives way to its successor, and for the end. */
async function rollOut(store: EventStore, log: LongLog, deploymentId: string, revision: number): Promise<void> {
  const append = (appends: readonly StreamAppend[]): Promise<unknown> => store.append({ context: CONTEXT, appends });
  const deployment = streamOf('deployment', deploymentId);
  const template: Template = { definitionId: 'web', image: `web:${revision}`, ports: [{ internal: 8_080 }], env: {} };
  await append([
    one(
      deployment,
      { type: 'RevisionCreated', data: { deploymentId, revision, template, fingerprint: `${revision}` } },
      { type: 'DeploymentStatusChanged', data: { deploymentId, status: 'Deploying', details: '0 ready' } },
    ),
  ]);
  const lives = Array.from({ length: log.replicas }, (_, ordinal) => [
    ...beginning(log, deploymentId, revision, ordinal),
    ...(revision === 1 ? [] : ending(log, deploymentId, revision - 1, ordinal)),
  ]);
  // Group commit makes one transaction of them, in their order.
  await Promise.all(lives.map(append));
  await append([
    one(deployment, { type: 'DeploymentStatusChanged', data: { deploymentId, status: 'OK', details: 'all ready' } }),
  ]);
}

function nodeOf(index: number): string {
  return `node-${String(index).padStart(3, '0')}`;
}

function placeOf({ nodes }: LongLog, deploymentId: string, revision: number, ordinal: number) {
  const nodeId = nodeOf((ordinal * 7 + revision + Number(deploymentId.slice('depl-'.length))) % nodes);
  const reservation = { nodeId, cpuMillis: 100, memoryBytes: 2 ** 26, vramBytes: 0, hostPorts: [] };
  return {
    attempt: { replicaId: `${deploymentId}-r${revision}-${ordinal}`, deploymentId, generation: 1 },
    reservation,
  };
}

function beginning(log: LongLog, deploymentId: string, revision: number, ordinal: number): readonly StreamAppend[] {
  const { attempt, reservation } = placeOf(log, deploymentId, revision, ordinal);
  const { nodeId } = reservation;
  const { replicaId } = attempt;
  const score = (total: number) => ({ nodeId, total, parts: { spread: total / 2, free: total / 2 } });
  const decision = { considered: log.nodes, excluded: [], scores: [0.9, 0.8, 0.7, 0.6, 0.5].map(score) };
  const containerId = replicaId.padEnd(64, '0');
  const port = 20_000 + (ordinal % 10_000);
  const serving = { slug: 'deploy-svc', status: 'Healthy', by: 'probe', scheme: 'http', host: nodeId, port } as const;
  return [
    one(
      streamOf('replica', replicaId),
      {
        type: 'ReplicaScheduled',
        data: { ...attempt, ordinal, revision, reservation, decision, reason: `${log.replicas} wanted` },
      },
      { type: 'ContainerCreated', data: { ...attempt, containerId, adopted: false } },
      { type: 'ContainerStarted', data: { ...attempt, containerId, ports: [{ internal: 8_080, host: port }] } },
      { type: 'ReplicaReady', data: { ...attempt, answered: true } },
    ),
    one(streamOf('instance', replicaId), {
      type: 'InstanceRegistered',
      data: { instanceId: replicaId, url: `http://${nodeId}:${port}`, replicaId, deploymentId, ...serving },
    }),
  ];
}

function ending(log: LongLog, deploymentId: string, revision: number, ordinal: number): readonly StreamAppend[] {
  const { attempt, reservation } = placeOf(log, deploymentId, revision, ordinal);
  const { replicaId } = attempt;
  const { nodeId } = reservation;
  return [
    one(streamOf('instance', replicaId), { type: 'InstanceRemoved', data: { instanceId: replicaId } }),
    one(
      streamOf('replica', replicaId),
      { type: 'ReplicaStopping', data: { ...attempt, nodeId, reason: 'of an earlier revision' } },
      { type: 'ReplicaStopped', data: { ...attempt, released: reservation } },
    ),
  ];
}
