import { systemClock } from '../../src/clock.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { streamOf } from '../../src/domain/stream.ts';
import { QUEUE_SCHEMA } from '../../src/jobs/queue.ts';
import { sql, type Database } from '../../src/postgres/database.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import { openStore } from '../../src/store/postgres-store.ts';
import { checkLog } from './log-oracle.ts';

const CONTEXT = { actor: 'user/bench', correlationId: 'bench' };
const IMAGE = 'web:1';
/** Of every node: with 50 deployments of 1,000 replicas on 1,000 nodes, 78 % of it is given away in the end. */
const CAPACITY = { cpuMillis: 6_400, memoryBytes: 2 ** 33, gpus: [] };

export interface Fleet {
  readonly nodes: number;
  readonly deployments: readonly string[];
  /** Of each deployment. */
  readonly replicas: number;
}

/** Stores nodes and saved deployments that nobody has planned yet; no job is sent. */
export async function seedFleet(database: Database, { nodes, deployments, replicas }: Fleet): Promise<void> {
  const effects = async (): Promise<void> => undefined;
  await using store = openStore({ database, clock: systemClock, projections: PROJECTIONS, effects });
  const append = (stream: string, event: DomainEvent) => ({ stream, expectedVersion: 0, events: [event] });
  const registered = Array.from({ length: nodes }, (_, index) => {
    const nodeId = `node-${String(index).padStart(5, '0')}`;
    const place = { cluster: `cluster-${index % 3}`, zone: `zone-${index % 7}`, labels: {} };
    const data = { nodeId, url: `simulated://${nodeId}`, ...place, capacity: CAPACITY };
    return append(streamOf('node', nodeId), { type: 'NodeRegistered', data });
  });
  const spec = { id: 'web', image: { name: IMAGE, internalPorts: [8_080] } };
  const definition = append(streamOf('definition', 'web'), {
    type: 'DefinitionSaved',
    data: { definitionId: 'web', spec },
  });
  const saved = deployments.map((id) => {
    const wanted = { id, definitionId: 'web', replicas, resources: { cpu: '100m', memory: '64Mi' } };
    return append(streamOf('deployment', id), { type: 'DeploymentSaved', data: { deploymentId: id, spec: wanted } });
  });
  await store.append({ context: CONTEXT, appends: [...registered, definition, ...saved] });
}

/** Throws unless so many replicas are placed, once each, each with its start job, and no node holds more than it has. */
export async function checkPlacements(
  database: Database,
  { nodes, replicas }: { readonly nodes: number; readonly replicas: number },
): Promise<void> {
  const { db } = database;
  const { rows } = await sql<Record<'replicas' | 'jobs' | 'events' | 'head' | 'nodes' | 'wrong', string>>`
    with held as (
      select node_id, count(*) as replicas, sum((state -> 'reservation' ->> 'cpuMillis')::bigint) as cpu,
        sum((state -> 'reservation' ->> 'memoryBytes')::bigint) as memory
      from replicas group by node_id
    )
    select (select count(*) from replicas) as replicas,
      (select count(distinct r ->> 'replicaId') from ${sql.id(QUEUE_SCHEMA, 'job')} j,
         jsonb_array_elements(j.data -> 'replicas') r where split_part(j.name, '.', 1) = 'start') as jobs,
      (select count(*) from events where type = 'ReplicaScheduled') as events,
      (select position from log_head) as head,
      (select count(*) from allotments) as nodes,
      (select count(*) from allotments a left join held h on h.node_id = a.id where
         a.reserved_cpu_millis <> coalesce(h.cpu, 0) or a.reserved_memory_bytes <> coalesce(h.memory, 0)
         or (a.state ->> 'replicas')::bigint <> coalesce(h.replicas, 0)
         or a.reserved_cpu_millis > (a.state -> 'capacity' ->> 'cpuMillis')::bigint
         or a.reserved_memory_bytes > (a.state -> 'capacity' ->> 'memoryBytes')::bigint) as wrong
  `.execute(db);
  const [found] = rows;
  const wanted = { replicas, jobs: replicas, events: replicas, nodes, wrong: 0 };
  for (const [key, count] of Object.entries(wanted)) {
    const actual = Number(found?.[key as keyof typeof wanted]);
    if (actual !== count) throw new Error(`${actual} ${key} after the placement instead of ${count}`);
  }
  await checkLog(database, Number(found?.head));
}
