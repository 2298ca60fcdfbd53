import type { UsageView } from '../../api/contract/usage.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { Allotment } from '../../domain/node/allotment.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { sql, type Db } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { Handlers } from '../handler.ts';

/** What is older says nothing of now. */
const FRESH_SECONDS = 300;

export interface UsageDeps {
  readonly store: EventStore;
  readonly db: Db;
  /** Id of a node -> when its engine last answered. */
  readonly heartbeats: () => Promise<ReadonlyMap<string, Date>>;
}

/** Use of replicas and nodes, from the telemetry that there is: nothing is measured for the answer. */
export function usageService({ store, db, heartbeats }: UsageDeps): Handlers<'usage'> {
  return {
    async usage() {
      const [samples, beats, allotments, nodes, deployments, rows] = await Promise.all([
        latestSamples(db),
        heartbeats(),
        store.rows<Allotment>('allotments'),
        store.rows<NodeState>('nodes', { removed: 'false' }),
        store.rows<DeploymentState>('deployments', { phase: ['live', 'deleting'] }),
        store.rows<ReplicaState>('replicas', { present: 'true' }),
      ]);
      const scaling = new Set(
        deployments.filter(({ state }) => state.spec.autoScaling !== undefined).map(({ id }) => id),
      );
      const replicas = rows.map(({ state }) =>
        toReplica(state, samples.get(state.id), scaling.has(state.deploymentId)),
      );
      const allotted = new Map(allotments.map(({ id, state }) => [id, state]));
      return {
        body: {
          replicas,
          nodes: nodes.map(({ state }) => toNode(state, allotted.get(state.id), beats.get(state.id), replicas)),
        },
      };
    },
  };
}

type Replica = UsageView['replicas'][number];

interface SampleRow {
  readonly replica_id: string;
  readonly cpu_millis: number;
  readonly memory_bytes: string;
  readonly at: Date;
}

async function latestSamples(db: Db): Promise<ReadonlyMap<string, SampleRow>> {
  const { rows } = await sql<SampleRow>`
    select distinct on (replica_id) replica_id, cpu_millis, memory_bytes, at from replica_samples
    where at > now() - make_interval(secs => ${FRESH_SECONDS}) order by replica_id, at desc
  `.execute(db);
  return new Map(rows.map((row) => [row.replica_id, row]));
}

function toReplica(replica: ReplicaState, sample: SampleRow | undefined, scales: boolean): Replica {
  const { id, deploymentId, nodeId, status, reservation } = replica;
  const requested = { cpuMillis: reservation?.cpuMillis ?? 0, memoryBytes: reservation?.memoryBytes ?? 0 };
  const common = { id, deploymentId, nodeId, status, requested };
  if (sample === undefined) return { ...common, reason: whyUnmeasured(replica, scales) };
  const used = { cpuMillis: sample.cpu_millis, memoryBytes: Number(sample.memory_bytes) };
  return { ...common, used, at: sample.at.toISOString() };
}

function whyUnmeasured({ status }: ReplicaState, scales: boolean): string {
  if (!scales) return 'only replicas of deployments with autoScaling are measured';
  if (status !== 'Ready') return `it is ${status}: only ready replicas are measured`;
  return `nothing was measured in the last ${FRESH_SECONDS / 60} minutes: does a worker watch its node? oo worker list`;
}

function toNode(
  { id, liveness, capacity }: NodeState,
  allotment: Allotment | undefined,
  beat: Date | undefined,
  all: readonly Replica[],
): UsageView['nodes'][number] {
  const own = all.filter(({ nodeId, status }) => nodeId === id && status !== 'Failed');
  const measured = own.flatMap(({ used }) => used ?? []);
  return {
    id,
    liveness,
    ...(beat && { lastHeartbeat: beat.toISOString() }),
    capacity: { cpuMillis: capacity.cpuMillis, memoryBytes: capacity.memoryBytes },
    requested: {
      cpuMillis: allotment?.reserved.cpuMillis ?? 0,
      memoryBytes: allotment?.reserved.memoryBytes ?? 0,
    },
    used: {
      cpuMillis: measured.reduce((sum, { cpuMillis }) => sum + cpuMillis, 0),
      memoryBytes: measured.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    },
    replicas: own.length,
    measured: measured.length,
  };
}
