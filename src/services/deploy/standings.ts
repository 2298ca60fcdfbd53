import type { DeploymentStanding } from '../../api/contract/standing.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import { type Db, type RawBuilder, sql } from '../../postgres/database.ts';
import { rowsAt } from '../../store/as-of.ts';
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

const DEPLOYMENTS = sql`select id, since, state from deployments where phase in ('live', 'deleting')`;
const READY = sql`
  select deployment_id, count(*) as ready from replicas where present = 'true' and status = 'Ready' group by deployment_id`;

/** How every deployment stands, in one statement: its replicas are counted where they are. */
export function standingService(db: Db): Handlers<'listStandings'> {
  return {
    async listStandings({ past }) {
      const standings = past === undefined ? standingsOf(db, DEPLOYMENTS, READY) : standingsAt(db, past.position);
      return { body: { standings: await standings } };
    },
  };
}

async function standingsAt(db: Db, position: number): Promise<DeploymentStanding[]> {
  const deployments = await rowsAt(db, { projection: 'deployments', where: { phase: ['live', 'deleting'] } }, position);
  return standingsOf(db, deployments, sql`select deployment_id, ready from ready_at(${position}::bigint)`);
}

async function standingsOf(
  db: Db,
  deployments: RawBuilder<unknown>,
  ready: RawBuilder<unknown>,
): Promise<DeploymentStanding[]> {
  const { rows } = await sql<Row>`
    select d.state, coalesce(r.ready, 0)::int as ready, ${CREATED_AT} as created_at
    from (${deployments}) d left join (${ready}) r on r.deployment_id = d.id
    order by d.id
  `.execute(db);
  return rows.map(toStanding);
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
