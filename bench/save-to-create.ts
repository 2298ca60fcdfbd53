import type { Client } from '../src/api/client.ts';
import { createSimulatedHost, dropSimulatedHost } from '../src/engine/simulated/registry.ts';
import { SERVER_IMAGE } from '../src/engine/simulated/script.ts';
import type { Bench, Benchmark, Outcome } from './benchmark.ts';
import { readStages, STAGES, type Stages } from './support/job-times.ts';
import { openPool } from './support/postgres.ts';
import { awaitOk } from './support/rollout.ts';
import { runService } from './support/service.ts';
import { latencies, median, percentile } from './support/statistics.ts';

const AIM_MS = 30;
const SAVES = 60;
/** Saves before the measurement: connections are made, code gets compiled. */
const WARM_UP = 10;
const HOST = 'bench';
const IMAGE = 'web:1';

/** Time from the answer to a save until the engine is asked to create the container. */
export const saveToCreate: Benchmark = {
  id: 'save-to-create',
  title: `from an accepted save to the engine's first create call, ${SAVES} saves one after the other`,
  unit: 'ms',
  peer: null,
  aim: AIM_MS,
  engine: false,
  run,
};

/** A simulated engine without latencies answers at once, so that what is measured is the product alone. */
async function run({ postgres, say }: Bench): Promise<Outcome> {
  const capacity = { cpuMillis: 1_000_000, memoryBytes: 2 ** 42, gpus: [] };
  const host = createSimulatedHost(HOST, { latencies: {}, images: { [IMAGE]: SERVER_IMAGE }, capacity });
  try {
    return await postgres.fresh(async (url) => {
      const creates = new Map<string, number>();
      await using service = await runService(url, `simulated://${HOST}`, (step, replicaId) => {
        // The next thing after the image is known to be there is the call of create, in the same step of the program.
        if (step === 'pulled') creates.set(replicaId, now());
      });
      const stages = await measure(service.client, url, creates);
      const containers = host.containers.size;
      if (containers !== SAVES + WARM_UP) throw new Error(`${containers} containers instead of ${SAVES + WARM_UP}`);
      return report(stages.slice(WARM_UP), say);
    });
  } finally {
    dropSimulatedHost(HOST);
  }
}

async function measure(client: Client, url: string, creates: ReadonlyMap<string, number>): Promise<Stages[]> {
  const definition = { id: 'web', image: { name: IMAGE, internalPorts: [8_080] } };
  await client.call('saveDefinition', { body: { definition } });
  await using database = openPool(url);
  const all: Stages[] = [];
  for (let number = 0; number < SAVES + WARM_UP; number += 1) {
    const id = `web-${number}`;
    const { position = 0 } = await client.call('saveDeployment', {
      body: { deployment: { id, definitionId: 'web', replicas: 1 } },
    });
    const accepted = now();
    await awaitOk(client, id, position);
    all.push(await readStages(database, { deploymentId: id, accepted, creates }));
  }
  return all;
}

function report(all: readonly Stages[], say: Bench['say']): Outcome {
  const totals = all.map((stages) => stages.total);
  say(`  ${latencies(totals)}`);
  const value = percentile(totals, 0.5);
  return {
    value,
    conditions: [{ text: `p50 ${value.toFixed(1)} ms, aim at most ${AIM_MS} ms`, met: value <= AIM_MS }],
    spent: STAGES.map(([name, text]) => `${text}: ${median(all.map((stages) => stages[name])).toFixed(1)} ms`),
  };
}

/** Milliseconds of wall time: the database's times are compared with it. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
