import type { DeploymentStanding } from '../../api/contract/standing.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { streamOf } from '../../domain/stream.ts';
import { type Db, sql } from '../../postgres/database.ts';
import type { SnapshotReader } from '../../store/event-store.ts';
import type { Handlers } from '../handler.ts';

interface Row {
  readonly state: DeploymentState;
  readonly ready: number;
  readonly created_at: Date;
}

/** How every deployment stands, in one statement: its rows are counted where they are. */
export function standingService(db: Db): Handlers<'listStandings'> {
  return {
    async listStandings({ past }) {
      if (past !== undefined) return { body: { standings: await standingsAt(db, past) } };
      const { rows } = await sql<Row>`
        select d.state, coalesce(r.ready, 0)::int as ready, e.at as created_at
        from deployments d
          join events e on e.stream = 'deployment/' || d.id and e.version = 1
          left join (
            select deployment_id, count(*) as ready from replicas where status = 'Ready' group by deployment_id
          ) r on r.deployment_id = d.id
        where d.phase in ('live', 'deleting')
        order by d.id
      `.execute(db);
      return { body: { standings: rows.map(toStanding) } };
    },
  };
}

/** The same from the rows of then. */
async function standingsAt(db: Db, past: SnapshotReader): Promise<DeploymentStanding[]> {
  const [deployments, serving] = await Promise.all([
    past.rows<DeploymentState>('deployments', { phase: ['live', 'deleting'] }),
    past.rows<ReplicaState>('replicas', { status: 'Ready' }),
  ]);
  const ready = Map.groupBy(serving, ({ state }) => state.deploymentId);
  const streams = deployments.map(({ id }) => streamOf('deployment', id));
  const { rows } = await sql<{ stream: string; at: Date }>`
    select stream, at from events where stream = any(${streams}::text[]) and version = 1
  `.execute(db);
  const created = new Map(rows.map(({ stream, at }) => [stream, at]));
  return deployments.map(({ id, state }) =>
    toStanding({
      state,
      ready: ready.get(id)?.length ?? 0,
      created_at: created.get(streamOf('deployment', id)) ?? new Date(Number.NaN),
    }),
  );
}

function toStanding({ state, ready, created_at: createdAt }: Row): DeploymentStanding {
  const { id, phase, revision, template, spec, paused } = state;
  return {
    id,
    desired: phase === 'live' ? wantedReplicas(state) : 0,
    ready,
    revision,
    ...(template === undefined ? {} : { image: template.image }),
    strategy: spec.strategy?.type ?? 'RollingUpdate',
    createdAt: createdAt.toISOString(),
    paused: paused !== undefined,
  };
}
