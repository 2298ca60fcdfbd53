import { createHash } from 'node:crypto';

import type { BuildState } from '../../domain/build/evolve.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { Row } from '../../store/projection.ts';
import { serves } from '../pool/binding.ts';
import type { WorkerDeps } from '../deps.ts';

/**
 * The node to build on: where the worker before began it, as it may be done; else where the repository was built last, as its
 * layers are there; else that with the fewest builds. One on which it has just failed comes last. Undefined when none may.
 */
export async function buildNode(
  { store, binding }: Pick<WorkerDeps, 'store' | 'binding'>,
  build: BuildState,
): Promise<NodeState | undefined> {
  const [nodes, all] = await Promise.all([
    store.rows<NodeState>('nodes', { removed: 'false' }),
    store.rows<BuildState>('builds'),
  ]);
  const last = latestOf(all, build.url);
  const busy = Map.groupBy(
    all.filter(({ id, state }) => id !== build.id && state.status === 'Building'),
    ({ state }) => state.nodeId,
  );
  const rank = ({ id }: NodeState): readonly number[] => [
    build.status === 'Failed' && build.nodeId === id ? 1 : 0,
    build.nodeId === id ? 0 : 1,
    busy.get(id)?.length ?? 0,
    last === id ? 0 : 1,
  ];
  return nodes
    .map(({ state }) => state)
    .filter(({ cluster }) => binding === undefined || serves(binding, cluster))
    .filter(({ liveness, scheduling }) => liveness === 'ready' && scheduling === 'open')
    .toSorted((left, right) => compare(rank(left), rank(right)) || compareSalted(build.id, left.id, right.id))[0];
}

function latestOf(all: readonly Row<BuildState>[], url: string): string | undefined {
  const done = all.filter(({ state }) => state.url === url && state.status === 'Succeeded');
  return done.toSorted((left, right) => right.state.changedAt - left.state.changedAt)[0]?.state.nodeId;
}

function compare(left: readonly number[], right: readonly number[]): number {
  const index = left.findIndex((value, place) => value !== right[place]);
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}

/** Builds spread over nodes that are alike. */
function compareSalted(salt: string, left: string, right: string): number {
  const of = (id: string): string => createHash('sha256').update(`${salt}/${id}`).digest('hex');
  return of(left) < of(right) ? -1 : 1;
}
