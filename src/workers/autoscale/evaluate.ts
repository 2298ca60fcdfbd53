import { v7 as uuidv7 } from 'uuid';

import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { EventOf } from '../../domain/event.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { streamOf } from '../../domain/stream.ts';
import { decideScale, type ScalingDecision } from '../../planner/autoscale/decide.ts';
import { observe, type Measured } from '../../planner/autoscale/observe.ts';
import { sql, type Db } from '../../postgres/database.ts';
import type { SnapshotReader } from '../../store/event-store.ts';
import type { Row } from '../../store/projection.ts';
import { appendTo } from '../append-to.ts';
import type { WorkerDeps } from '../deps.ts';
import { recentRecommendations, remember, type Decided } from './recommendations.ts';
import { freshSamples } from './samples.ts';

/** Deployments that are read together. */
const CHUNK = 50;
/** A sample of three rounds ago is no measurement of the present any more; engines take up to a second for each. */
const ROUNDS = 3;
const LEAST_FRESH_MS = 5_000;

type Deps = Pick<WorkerDeps, 'store' | 'membership' | 'database' | 'clock' | 'autoscaleIntervalMs'>;

interface Looked extends Decided {
  readonly row: Row<DeploymentState>;
}

/** Decides on every deployment that scales itself. Only what changes something is recorded as an event. */
export async function evaluateAll(deps: Deps): Promise<void> {
  const ids = await autoscaled(deps.database.db);
  for (let from = 0; from < ids.length; from += CHUNK) await evaluate(deps, ids.slice(from, from + CHUNK));
}

async function autoscaled(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from deployments where (state -> 'spec') ? 'autoScaling' and phase = 'live' order by id
  `.execute(db);
  return rows.map(({ id }) => id);
}

async function evaluate(deps: Deps, ids: readonly string[]): Promise<void> {
  const { store, database } = deps;
  const freshMs = Math.max(LEAST_FRESH_MS, ROUNDS * deps.autoscaleIntervalMs);
  const known = await store.snapshot((reader) => read(reader, ids));
  const samples = await freshSamples(database.db, ids, freshMs);
  const recommendations = await recentRecommendations(database.db, ids);
  const looked = known.flatMap(({ row, ...rest }): Looked[] => {
    const measured = { samples: samples.get(row.id) ?? [], recommendations: recommendations.get(row.id) ?? [] };
    const observation = observe({ deployment: row.state, ...rest, ...measured });
    if (observation === undefined) return [];
    const windowMs = Math.max(observation.policy.upWindowMs, observation.policy.downWindowMs);
    return [{ row, deploymentId: row.id, decision: decideScale(observation), windowMs }];
  });
  await remember(database.db, looked);
  for (const { row, decision } of looked) if (decision.to !== decision.from) await record(deps, row, decision);
}

type Known = Pick<Measured, 'replicas' | 'nodes'> & { readonly row: Row<DeploymentState> };

async function read(reader: SnapshotReader, ids: readonly string[]): Promise<readonly Known[]> {
  const rows = await reader.rows<DeploymentState>('deployments', { id: ids });
  const replicas = await reader.rows<ReplicaState>('replicas', { deployment_id: ids });
  const nodeIds = [...new Set(replicas.map(({ state }) => state.nodeId))];
  const nodes = (await reader.rows<NodeState>('nodes', { id: nodeIds })).map(({ state }) => state);
  const byDeployment = Map.groupBy(replicas, ({ state }) => state.deploymentId);
  return rows.map((row) => ({ row, replicas: byDeployment.get(row.id) ?? [], nodes }));
}

/** The version of the stream makes sure that nobody decides twice: who was not first looks again at the next tick. */
async function record(deps: Deps, row: Row<DeploymentState>, decision: ScalingDecision): Promise<void> {
  const { from, to, sentence, numbers } = decision;
  const event: EventOf<'DeploymentScaled'> = {
    type: 'DeploymentScaled',
    data: {
      deploymentId: row.id,
      by: 'autoscaler',
      from,
      to,
      reason: sentence,
      now: deps.clock.now().getTime(),
      numbers,
    },
  };
  const place = {
    stream: streamOf('deployment', row.id),
    expectedVersion: row.version,
    cause: { correlationId: uuidv7() },
  };
  await appendTo(deps, place, [event]);
}
