import type { DefinitionState } from '../../../src/domain/definition/evolve.ts';
import type { DeploymentState } from '../../../src/domain/deployment/evolve.ts';
import type { RecordedEvent } from '../../../src/domain/event.ts';
import type { Plan } from '../../../src/planner/plan.ts';
import { plan } from '../../../src/planner/planner.ts';
import type { EventStore, SnapshotReader } from '../../../src/store/event-store.ts';
import type { Command } from '../../../src/store/command.ts';
import { loadSnapshot, type LoadedSnapshot } from '../../../src/workers/plan/load-snapshot.ts';
import { planCommand } from '../../../src/workers/plan/plan-command.ts';
import { append, rowOf, rowsOf, type World } from './world.ts';

export const DEPLOYMENT = 'web';
export const DEFINITION = 'web-definition';

/** A plan, what it was made from, and the command that carries it out. */
export interface Decided {
  readonly loaded: LoadedSnapshot;
  readonly plan: Plan;
  readonly command: Command | undefined;
}

/** Plans as a worker does; nothing is carried out yet. Undefined while there is no deployment. */
export async function decide(world: World): Promise<Decided | undefined> {
  const loaded = await loadSnapshot(storeOf(world), DEPLOYMENT, world.now);
  if (loaded === undefined) return undefined;
  const decided = plan(loaded.snapshot);
  const context = { actor: 'worker/simulated', correlationId: 'simulation' };
  return { loaded, plan: decided, command: planCommand(decided, loaded, context, { workerId: 'simulated' }) };
}

/** Carries a plan out. Throws what the store would throw. */
export function carryOut(world: World, { plan: { wakeAt }, command }: Decided): readonly RecordedEvent[] {
  const events = command === undefined ? [] : append(world, command);
  // The queue drops a second wake-up at the same time.
  if (wakeAt !== undefined && world.wakes.every(({ at }) => at !== wakeAt)) {
    world.wakes.push({ at: wakeAt, deploymentId: DEPLOYMENT });
  }
  return events;
}

export function deploymentOf(world: World): DeploymentState | undefined {
  return rowOf<DeploymentState>(world, 'deployments', DEPLOYMENT)?.state;
}

export function definitionOf(world: World): DefinitionState | undefined {
  return rowOf<DefinitionState>(world, 'definitions', DEFINITION)?.state;
}

/** The rows of the world, read the way the worker reads them. */
function storeOf(world: World): EventStore {
  const reader = readerOf(world);
  return { snapshot: async (read: (given: SnapshotReader) => Promise<unknown>) => read(reader) } as EventStore;
}

/** As they are now. */
export function readerOf(world: World): SnapshotReader {
  return {
    position: world.events.length,
    row: async (projection, id) => rowOf(world, projection, id),
    rows: async (projection, where = {}) =>
      rowsOf<never>(world, projection)
        .filter(({ id, state }) =>
          Object.entries(where).every(([column, wanted]) => {
            const value = columnOf(id, state, column);
            return typeof wanted === 'string' ? wanted === value : wanted.includes(value);
          }),
        )
        .toSorted((left, right) => (left.id < right.id ? -1 : 1)),
  };
}

/** Columns are fields of the state, but for two. */
function columnOf(id: string, state: Readonly<Record<string, unknown>>, column: string): string {
  if (column === 'id') return id;
  if (column === 'present') return String(state['status'] !== 'Stopped');
  return String(state[column.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())]);
}
