import { pause } from '../../clock.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { Engine } from '../../engine/engine.ts';
import type { GpuReading } from '../../engine/gpu.ts';
import { sql, type Db } from '../../postgres/database.ts';
import type { WorkerDeps } from '../deps.ts';

/** Cards are asked so often; nvidia-smi takes up to a second of one core. */
const SAMPLE_MS = 15_000;
/** Readings that are older say nothing of now. */
const FRESH_SECONDS = 60;

/** Telemetry: what a node's cards say of themselves, until the signal aborts. A host that cannot be asked is asked once. */
export async function sampleGpus(
  deps: WorkerDeps,
  node: NodeState,
  engine: Engine,
  signal: AbortSignal,
): Promise<void> {
  let told = false;
  while (!signal.aborted) {
    try {
      const readings = await engine.gpus(signal);
      if (readings === undefined) return;
      await store(deps, node.id, readings);
      told = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!told) deps.log.warn('the GPUs cannot be read', { nodeId: node.id, error: String(error) });
      told = true;
    }
    await pause(deps.clock, SAMPLE_MS, signal);
  }
}

async function store({ database }: WorkerDeps, nodeId: string, readings: readonly GpuReading[]): Promise<void> {
  await sql`
    insert into gpu_readings (node_id, at, readings) values (${nodeId}, now(), ${JSON.stringify(readings)})
    on conflict (node_id) do update set at = excluded.at, readings = excluded.readings
  `.execute(database.db);
}

/** What each node's cards said within the last minute. */
export async function gpuReadings(db: Db): Promise<ReadonlyMap<string, readonly GpuReading[]>> {
  const { rows } = await sql<{ node_id: string; readings: readonly GpuReading[] }>`
    select node_id, readings from gpu_readings where at > now() - make_interval(secs => ${FRESH_SECONDS})
  `.execute(db);
  return new Map(rows.map(({ node_id, readings }) => [node_id, readings]));
}
