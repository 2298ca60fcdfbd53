import { setTimeout as delay } from 'node:timers/promises';

import type { ReplicaState } from '../../src/domain/replica/evolve.ts';
import { LABEL, type ContainerState, type Engine } from '../../src/engine/engine.ts';
import { queryRows } from './database.ts';
import type { Installation } from './installation.ts';

/** Containers that an installation has on the engine, running or not. */
export async function containersOf(engine: Engine, installationId: string): Promise<readonly ContainerState[]> {
  return (await engine.list()).filter(({ labels }) => labels[LABEL.owner] === installationId);
}

/** Removes every container of an installation. */
export async function clearContainers(engine: Engine, installationId: string): Promise<void> {
  await Promise.all((await containersOf(engine, installationId)).map(({ id }) => engine.remove(id)));
}

/** What the log wants and what the engine has, as `replica/generation phase`, both in order. */
export interface Comparison {
  readonly wanted: readonly string[];
  readonly live: readonly string[];
  /** Jobs that are waiting or under way. */
  readonly jobs: number;
}

/** The wanted replicas beside the containers that really exist: equal means none missing, none twice, none orphaned. */
export async function compare({ store, engine, id, database }: Installation): Promise<Comparison> {
  const rows = await store.rows<ReplicaState>('replicas');
  const containers = await containersOf(engine, id);
  const [row] = await queryRows(
    database,
    "select count(*)::int as jobs from pgboss.job where state < 'completed' and split_part(name, '.', 1) in ('plan', 'start', 'stop', 'register')",
  );
  return {
    wanted: rows
      .filter(({ state }) => !['Stopped', 'Failed'].includes(state.status))
      .map(({ state }) => `${state.id}/${state.generation} ${state.status === 'Ready' ? 'running' : state.status}`)
      .toSorted(),
    live: containers
      .map(({ labels, phase }) => `${labels[LABEL.replica]}/${labels[LABEL.generation]} ${phase}`)
      .toSorted(),
    jobs: Number(row?.['jobs']),
  };
}

/**
 * Waits until no job is left and the containers are exactly the wanted ones, `replicas` of them. Throws at the
 * deadline with both lists.
 */
export async function oracle(installation: Installation, replicas: number, deadlineMs = 20_000): Promise<Comparison> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const now = await compare(installation);
    const same = now.wanted.length === replicas && JSON.stringify(now.wanted) === JSON.stringify(now.live);
    if (same && now.jobs === 0) return now;
    if (performance.now() > until) {
      throw new Error(`after ${deadlineMs} ms: ${JSON.stringify(now, undefined, 2)}\n${installation.output()}`);
    }
    await delay(100);
  }
}
