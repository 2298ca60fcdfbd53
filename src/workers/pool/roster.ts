import { parseStoredName, storedName } from '../../jobs/catalogue.ts';
import { QUEUE_SCHEMA } from '../../jobs/queue.ts';
import { sql, type Db } from '../../postgres/database.ts';
import { SILENCE_MS, WORKER_LOCK } from '../membership.ts';
import { WATCH_LOCK } from '../watch/watch-nodes.ts';
import { unservedOf, type Unserved } from './unserved.ts';

/** A worker process as the others see it. */
export interface RosterWorker {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Empty: all clusters. */
  readonly clusters: readonly string[];
  readonly queues: readonly string[];
  readonly watches: boolean;
  readonly since: Date;
  readonly lastBeat: Date;
  /** False between its death and the moment at which somebody finds it dead. */
  readonly alive: boolean;
  /** Ids of the nodes that it watches now. */
  readonly nodes: readonly string[];
  /** Attempts that it has in hand, by the queue that they came from. */
  readonly jobs: Readonly<Record<string, number>>;
}

/** A node, as far as workers go. */
export interface RosterNode {
  readonly id: string;
  readonly cluster: string;
}

export interface Roster {
  readonly workers: readonly RosterWorker[];
  /** What nobody takes, though there is something to take. */
  readonly unserved: readonly Unserved[];
}

/** Who works, on what, and what nobody works on. */
export async function readRoster(db: Db): Promise<Roster> {
  const [workers, nodes, waiting] = await Promise.all([readWorkers(db), readNodes(db), readWaiting(db)]);
  return { workers, unserved: unservedOf(workers, nodes, waiting) };
}

/** The locks tell who lives and who watches what: they go with the process, whatever its row says. */
async function readWorkers(db: Db): Promise<readonly RosterWorker[]> {
  const { rows } = await sql<RosterWorker>`
    with locks as materialized (
      select l.pid, l.classid, l.objid from pg_locks l
      where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid in (${WORKER_LOCK}, ${WATCH_LOCK})
        and l.database = (select oid from pg_database where datname = current_database())
    )
    select w.id, w.host, w.pid, w.clusters, w.queues, w.watches, w.started_at as since, w.seen_at as "lastBeat",
      own.pid is not null and w.seen_at >= now() - make_interval(secs => ${SILENCE_MS / 1_000}) as alive,
      coalesce((
        select array_agg(n.id order by n.id) from locks watched
        join nodes n on n.removed = 'false' and hashtext(n.id)::bigint & 4294967295 = watched.objid::bigint
        where watched.pid = own.pid and watched.classid = ${WATCH_LOCK}
      ), '{}') as nodes,
      coalesce((
        select jsonb_object_agg(queue, count) from (
          select c.queue, count(*) from claims c
          join ${sql.id(QUEUE_SCHEMA, 'job')} j
            on j.name = c.queue and j.id = c.job_id and j.retry_count = c.attempt and j.state = 'active'
          where c.worker_id = w.id group by c.queue
        ) held
      ), '{}') as jobs
    from workers w left join locks own on own.classid = ${WORKER_LOCK} and own.objid::bigint = w.number
    order by w.started_at, w.id
  `.execute(db);
  return rows;
}

async function readNodes(db: Db): Promise<readonly RosterNode[]> {
  const { rows } = await sql<RosterNode>`
    select id, state ->> 'cluster' as cluster from nodes where removed = 'false' order by id
  `.execute(db);
  return rows;
}

/** Jobs that could be begun now, by the stored name of their queue. */
async function readWaiting(db: Db): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ name: string; count: number }>`
    select name, count(*)::int as count from ${sql.id(QUEUE_SCHEMA, 'job')}
    where state < 'active' and start_after <= now() group by name
  `.execute(db);
  return new Map(
    rows.flatMap(({ name, count }) => {
      const parsed = parseStoredName(name);
      return parsed === undefined ? [] : [[storedName(parsed.queue, parsed.cluster), count] as const];
    }),
  );
}
