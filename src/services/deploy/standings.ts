import type { DeploymentStanding } from '../../api/contract/standing.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import { type Db, sql } from '../../postgres/database.ts';
import type { SnapshotReader } from '../../store/event-store.ts';
import type { Handlers } from '../handler.ts';

interface Row {
  readonly state: DeploymentState;
  readonly ready: number;
  readonly created_at: Date;
}

/** When the deployment `d` was first saved. Where the event that says it is archived, its oldest row tells the position. */
const CREATED_AT = sql`coalesce(
  (select at from events where stream = 'deployment/' || d.id and version = 1),
  event_time(coalesce(
    (select lower(valid) from history where projection = 'deployments' and id = d.id order by lower(valid) limit 1), d.since)))`;

/** How every deployment stands, in one statement: its rows are counted where they are. */
export function standingService(db: Db): Handlers<'listStandings'> {
  return {
    async listStandings({ past }) {
      if (past !== undefined) return { body: { standings: await standingsAt(db, past) } };
      const { rows } = await sql<Row>`
        select d.state, coalesce(r.ready, 0)::int as ready, ${CREATED_AT} as created_at
        from deployments d
          left join (
            select deployment_id, count(*) as ready from replicas where present = 'true' and status = 'Ready' group by deployment_id
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
  const [deployments, ready] = await Promise.all([
    past.rows<DeploymentState>('deployments', { phase: ['live', 'deleting'] }),
    readyAt(db, past.position),
  ]);
  const { rows } = await sql<{ id: string; at: Date }>`
    select d.id, ${CREATED_AT} as at from deployments d where d.id = any(${deployments.map(({ id }) => id)}::text[])
  `.execute(db);
  const created = new Map(rows.map(({ id, at }) => [id, at]));
  return deployments.map(({ id, state }) =>
    toStanding({
      state,
      ready: ready.get(id) ?? 0,
      created_at: created.get(id) ?? new Date(Number.NaN),
    }),
  );
}

/** Replicas that were ready then, of each deployment: counted where they are, as those of now. */
async function readyAt(db: Db, position: number): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ id: string; ready: number }>`
    select state ->> 'deploymentId' as id, count(*)::int as ready from (
      select state from replicas where present = 'true' and since <= ${position}
      union all select state from rows_at('replicas', ${position}::bigint)
    ) as there
    where state ->> 'status' = 'Ready' group by 1
  `.execute(db);
  return new Map(rows.map(({ id, ready }) => [id, ready]));
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
