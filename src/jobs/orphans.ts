import { sql, type Db } from '../postgres/database.ts';
import { QUEUE_POLICIES } from './catalogue.ts';
import { QUEUE_SCHEMA } from './queue.ts';

/** A job under way that no living worker claims. */
export interface Orphan {
  readonly queue: string;
  readonly id: string;
  readonly attempt: number;
}

/**
 * Jobs that are active for a second and more without a claim: their worker died, perhaps before it could claim them.
 * The second is the time that a living worker has to write its claim.
 */
export async function findOrphans(db: Db): Promise<readonly Orphan[]> {
  const { rows } = await sql<Orphan>`
    select j.name as queue, j.id, j.retry_count as attempt
    from ${sql.id(QUEUE_SCHEMA, 'job')} j
    where j.state = 'active' and j.name = any(${Object.keys(QUEUE_POLICIES)})
      and j.started_on < now() - interval '1 second'
      and not exists (select 1 from claims c where c.job_id = j.id and c.attempt = j.retry_count)
  `.execute(db);
  return rows;
}
