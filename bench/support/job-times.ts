import { QUEUE_SCHEMA } from '../../src/jobs/queue.ts';
import { sql, type Database } from '../../src/postgres/database.ts';

/** Milliseconds from an accepted save to the first create, and what they consist of. */
export interface Stages {
  readonly total: number;
  readonly planFetched: number;
  readonly planStored: number;
  readonly startFetched: number;
  readonly createCalled: number;
}

/** The parts of the total, in order, in words. */
export const STAGES = [
  ['planFetched', 'save accepted -> plan job fetched'],
  ['planStored', 'plan job fetched -> plan made and being stored'],
  ['startFetched', 'plan being stored -> start job fetched'],
  ['createCalled', 'start job fetched -> create called'],
] as const satisfies readonly (readonly [keyof Stages, string])[];

export interface StageOptions {
  readonly deploymentId: string;
  /** When the answer to the save came, in milliseconds of wall time. */
  readonly accepted: number;
  /** When create was called, by replica. */
  readonly creates: ReadonlyMap<string, number>;
}

/** What the queue and the log say of one save. Their times are this machine's, as the caller's are. */
export async function readStages({ db }: Database, options: StageOptions): Promise<Stages> {
  const { deploymentId, accepted, creates } = options;
  const { rows } = await sql<{ replica: string; planned: Date; plan: Date; start: Date }>`
    select e.data ->> 'replicaId' as replica, e.at as planned,
      (select min(started_on) from ${sql.id(QUEUE_SCHEMA, 'job')} where name = 'plan' and data ->> 'deploymentId' = ${deploymentId}) as plan,
      (select min(started_on) from ${sql.id(QUEUE_SCHEMA, 'job')} where split_part(name, '.', 1) = 'start'
         and data #>> '{replicas,0,replicaId}' = e.data ->> 'replicaId') as start
    from events e where e.type = 'ReplicaScheduled' and e.data ->> 'deploymentId' = ${deploymentId}
  `.execute(db);
  const [row] = rows;
  const created = creates.get(row?.replica ?? '');
  if (row === undefined || created === undefined) throw new Error(`${deploymentId} has no replica that was created`);
  const [plan, planned, start] = [row.plan.getTime(), row.planned.getTime(), row.start.getTime()];
  return {
    total: created - accepted,
    planFetched: plan - accepted,
    planStored: planned - plan,
    startFetched: start - planned,
    createCalled: created - start,
  };
}
