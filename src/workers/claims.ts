import { storedName, type QueueName } from '../jobs/catalogue.ts';
import { QUEUE_SCHEMA, type ActiveJob } from '../jobs/queue.ts';
import { sql, type Db } from '../postgres/database.ts';
import { Fenced, type Fence } from '../store/command.ts';

const JOBS = sql.id(QUEUE_SCHEMA, 'job');

/** The job was handed to somebody else before this worker could claim it. */
export class AttemptPassed extends Error {
  constructor({ id, attempt }: Pick<ActiveJob<QueueName>, 'id' | 'attempt'>) {
    super(`attempt ${attempt} at job ${id} was handed back before it was claimed`);
    this.name = 'AttemptPassed';
  }
}

/**
 * Says which worker carries out this attempt. Throws Fenced when the worker was declared dead in the meantime, and
 * AttemptPassed when the job was handed to somebody else.
 */
export async function claim(db: Db, { workerId }: Fence, job: ActiveJob<QueueName>): Promise<void> {
  const { id, attempt } = job;
  const queue = storedName(job.queue, job.cluster);
  const { rows } = await sql<{ active: boolean; alive: boolean }>`
    with job as (
      select id from ${JOBS}
      where name = ${queue} and id = ${id} and retry_count = ${attempt} and state = 'active' for key share
    ), worker as (
      select id from workers where id = ${workerId} for key share
    ), claimed as (
      insert into claims (job_id, attempt, queue, worker_id)
      select job.id, ${attempt}, ${queue}, worker.id from job, worker
      on conflict (job_id, attempt) do update set worker_id = excluded.worker_id
    )
    select exists (select 1 from job) as active, exists (select 1 from worker) as alive
  `.execute(db);
  if (rows[0]?.alive !== true) throw new Fenced(workerId);
  if (!rows[0].active) throw new AttemptPassed(job);
}

/**
 * Removes claims on attempts that have ended. A worker does not do so itself: between the end of its work and the end of
 * the job in the queue it would look as if it had died.
 */
export async function forgetEnded(db: Db): Promise<void> {
  await sql`
    delete from claims c where not exists (
      select 1 from ${JOBS} j
      where j.name = c.queue and j.id = c.job_id and j.retry_count = c.attempt and j.state = 'active')
  `.execute(db);
}
