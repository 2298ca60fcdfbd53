import type { Allotment } from '../../domain/node/allotment.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { NodeView } from '../../planner/snapshot.ts';
import type { EventStore, SnapshotReader } from '../../store/event-store.ts';
import type { Row } from '../../store/projection.ts';

/** Every node, removed ones too, as of a position. Never changed: plans at several positions are made side by side. */
interface Known {
  readonly position: number;
  readonly nodes: ReadonlyMap<string, NodeState>;
  readonly allotments: ReadonlyMap<string, Allotment>;
  /** The nodes that are not removed, by id. */
  readonly views: readonly NodeView[];
}

/** The latest that is known to each reader of the log, as a store is. */
const latest = new WeakMap<object, Known>();

/**
 * The nodes that are not removed with what of each is given away, at the reader's position. A process keeps them from
 * plan to plan and reads what has changed since: thousands of nodes are not read anew for every plan.
 */
export async function nodeViews(knownTo: object, reader: SnapshotReader): Promise<readonly NodeView[]> {
  const known = latest.get(knownTo);
  // A plan that began earlier may be behind what another has learned meanwhile: its own position is what counts.
  const base = known !== undefined && known.position <= reader.position ? known : undefined;
  const nodes = await reader.rows<NodeState>('nodes', {}, base?.position);
  const allotments = await reader.rows<Allotment>('allotments', {}, base?.position);
  const next = advance(base, reader.position, nodes, allotments);
  if (next.position >= (latest.get(knownTo)?.position ?? 0)) latest.set(knownTo, next);
  return next.views;
}

/** Has the next plan read all nodes anew: what was believed of them was refused. */
export function forgetNodes(store: EventStore): void {
  latest.delete(store);
}

function advance(
  base: Known | undefined,
  position: number,
  nodes: readonly Row<NodeState>[],
  allotments: readonly Row<Allotment>[],
): Known {
  if (base !== undefined && nodes.length === 0 && allotments.length === 0) return { ...base, position };
  const next = {
    position,
    nodes: merged(base?.nodes, nodes),
    allotments: merged(base?.allotments, allotments),
  };
  return { ...next, views: viewsOf(next) };
}

function merged<State>(
  before: ReadonlyMap<string, State> = new Map(),
  rows: readonly Row<State>[],
): Map<string, State> {
  const after = new Map(before);
  for (const { id, state } of rows) after.set(id, state);
  return after;
}

function viewsOf({ nodes, allotments }: Pick<Known, 'nodes' | 'allotments'>): readonly NodeView[] {
  const present = [...nodes.values()].filter((node) => !node.removed);
  present.sort((left, right) => (left.id < right.id ? -1 : 1));
  return present.flatMap((node) => {
    const allotment = allotments.get(node.id);
    return allotment === undefined ? [] : [{ node, allotment }];
  });
}
