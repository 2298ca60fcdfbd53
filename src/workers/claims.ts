import type { ActiveJob } from '../jobs/queue.ts';
import type { QueueName } from '../jobs/catalogue.ts';
import { sql, type Db } from '../postgres/database.ts';
import { Fenced, type Fence } from '../store/command.ts';

/** Says which worker carries out this attempt. Throws Fenced when the worker was declared dead in the meantime. */
export async function claim(db: Db, { workerId }: Fence, job: ActiveJob<QueueName>): Promise<void> {
  const { rows } = await sql`
    insert into claims (job_id, attempt, queue, worker_id)
    select ${job.id}, ${job.attempt}, ${job.queue}, w.id from workers w where w.id = ${workerId}
    on conflict (job_id, attempt) do update set worker_id = excluded.worker_id
    returning job_id
  `.execute(db);
  if (rows.length === 0) throw new Fenced(workerId);
}

/** The attempt has ended, well or not. */
export async function unclaim(db: Db, job: ActiveJob<QueueName>): Promise<void> {
  await sql`delete from claims where job_id = ${job.id} and attempt = ${job.attempt}`.execute(db);
}
