import { sql, type Db } from '../postgres/database.ts';
import { DEAD_LETTER_QUEUE, parseStoredName, type Attempt, type Cause } from './catalogue.ts';
import { QUEUE_SCHEMA } from './queue.ts';

const JOBS = sql.id(QUEUE_SCHEMA, 'job');

/** Characters of an error that are shown. */
const MOST_ERROR = 500;

/** A job that was given up, and waits for a person. */
export interface DeadJob {
  /** Its id among the dead. */
  readonly id: string;
  /** The stored name of the queue that it came from: `start.us-west1`. */
  readonly queue: string;
  /** What it was about: a deployment, a node, or what has changed. */
  readonly key: string;
  /** How often it was tried. */
  readonly attempts: number;
  /** What its last attempt failed with, in one line. */
  readonly error: string;
  readonly correlationId: string | undefined;
  readonly createdAt: Date;
  readonly diedAt: Date;
}

interface Stored {
  readonly id: string;
  readonly queue: string | null;
  readonly data: JobContent | null;
  readonly retries: number | null;
  readonly output: { readonly message?: string } | null;
  readonly created_on: Date;
  readonly died_on: Date;
}

/** As any queue's jobs may have it: what is stored was written by any release. */
interface JobContent {
  readonly deploymentId?: string;
  readonly nodeId?: string;
  readonly reason?: string;
  readonly id?: string;
  readonly cause?: Cause;
  readonly replicas?: readonly Attempt[];
}

/** Those that died last come first. */
export async function readDead(db: Db, limit: number): Promise<readonly DeadJob[]> {
  const { rows } = await sql<Stored>`
    select id, source_name as queue, data, source_retry_count as retries, source_output as output,
      coalesce(source_created_on, created_on) as created_on, created_on as died_on
    from ${JOBS} where name = ${DEAD_LETTER_QUEUE} and state = 'created'
    order by created_on desc, id limit ${limit}
  `.execute(db);
  return rows.map(toDead);
}

/** How many there are, by the queue that they came from. */
export async function countDead(db: Db): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ queue: string | null; count: number }>`
    select source_name as queue, count(*)::int as count from ${JOBS}
    where name = ${DEAD_LETTER_QUEUE} and state = 'created' group by source_name
  `.execute(db);
  return new Map(rows.map(({ queue, count }) => [queue ?? '', count]));
}

function toDead({ id, queue, data, retries, output, created_on: createdAt, died_on: diedAt }: Stored): DeadJob {
  const content = data ?? {};
  const cause = content.cause ?? content.replicas?.[0]?.cause;
  return {
    id,
    queue: queue ?? 'unknown',
    key: keyOf(parseStoredName(queue ?? '')?.queue, content),
    attempts: (retries ?? 0) + 1,
    error: (output?.message ?? 'no reason was kept').replace(/\s+/g, ' ').slice(0, MOST_ERROR),
    correlationId: cause?.correlationId,
    createdAt,
    diedAt,
  };
}

function keyOf(queue: string | undefined, { deploymentId, nodeId, reason, id, replicas = [] }: JobContent): string {
  if (deploymentId !== undefined) return deploymentId;
  if (queue === 'replan') return `${reason}/${id}`;
  const [first] = replicas;
  const more = replicas.length > 1 ? ` and ${replicas.length - 1} more` : '';
  const which = first === undefined ? '' : `${first.replicaId}${more}`;
  return nodeId === undefined ? which : `${nodeId}: ${which}`;
}
