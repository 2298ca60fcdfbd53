import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import { candidatesOf } from '../placement/candidate.ts';
import { demandOf, type Demand } from '../placement/demand.ts';
import { lacksOf, type Lack } from '../placement/filters.ts';
import { plan } from '../planner.ts';
import type { Snapshot } from '../snapshot.ts';
import { targetOf } from '../target.ts';
import { rehearse } from '../what-if/rehearse.ts';
import { withChange, type Change, type Resource } from './change.ts';

/** Replicas times nodes above which nothing is searched for: a search plays dozens of rollouts to their end. */
const LARGEST = 10_000;
const MiB = 2 ** 20;
/** Engines refuse containers with less memory, in mebibytes. */
const LEAST_MEMORY = 6;

/** Replicas that still find no node once everything that is under way has come off well. */
export function unplacedOf(snapshot: Snapshot): number {
  const lacks = plan(rehearse(snapshot).end).lacks ?? [];
  return lacks.reduce((sum, { replicas }) => sum + replicas, 0);
}

/** What each node lacks for one more replica, once everything that is under way has come off well. */
export function nodesLacking(
  snapshot: Snapshot,
): readonly { readonly nodeId: string; readonly lacks: readonly Lack[] }[] {
  const demand = demandIn(snapshot);
  if (demand === undefined) return [];
  const { end } = rehearse(snapshot);
  return candidatesOf(end.nodes, new Map())
    .all.map((candidate) => ({ nodeId: candidate.view.node.id, lacks: lacksOf(candidate, demand) }))
    .filter(({ lacks }) => lacks.length > 0);
}

/**
 * Changes each of which alone lets every replica fit, the smallest first; each was verified by planning on the changed
 * snapshot. A request is the largest that fits, to the thousandth of a core or the mebibyte. Pure.
 */
export function suggestionsFor(snapshot: Snapshot): readonly Change[] {
  const demand = demandIn(snapshot);
  const wanted = wantedReplicas(snapshot.deployment);
  if (demand === undefined || wanted * snapshot.nodes.length > LARGEST) return [];
  const requests = (['cpu', 'memory', 'vram'] as const).flatMap(
    (resource) => request(snapshot, demand, resource) ?? [],
  );
  const shrunk = (change: { readonly from: number; readonly to: number }): number => 1 - change.to / change.from;
  return [
    ...uncordons(snapshot, demand),
    ...requests.toSorted((left, right) => shrunk(left) - shrunk(right)),
    ...fewer(snapshot, wanted),
    ...more(snapshot, demand, wanted),
  ];
}

function fits(snapshot: Snapshot, change: Change): boolean {
  return unplacedOf(withChange(snapshot, change)) === 0;
}

function demandIn(snapshot: Snapshot): Demand | undefined {
  const target = targetOf(snapshot);
  return 'template' in target ? demandOf(target.template, snapshot.deployment.spec, snapshot.images) : undefined;
}

/** The largest request below the present one: of identical replicas as many fit of a smaller request, or more. */
function request(
  snapshot: Snapshot,
  demand: Demand,
  resource: Resource,
): Extract<Change, { type: 'request' }> | undefined {
  const from = amountOf(demand, resource);
  const least = resource === 'memory' ? LEAST_MEMORY : 1;
  const to = largest(least, from - 1, (each) => fits(snapshot, { type: 'request', resource, from, to: each }));
  return to === undefined ? undefined : { type: 'request', resource, from, to };
}

function amountOf({ cpuMillis, memoryBytes, gpus, cardBytes }: Demand, resource: Resource): number {
  switch (resource) {
    case 'cpu':
      return cpuMillis;
    case 'memory':
      return Math.ceil(memoryBytes / MiB);
    case 'vram':
      return Math.ceil((gpus * cardBytes) / MiB);
    default:
      return resource satisfies never;
  }
}

function fewer(snapshot: Snapshot, wanted: number): readonly Change[] {
  if (snapshot.deployment.spec.autoScaling !== undefined) return [];
  const to = largest(1, wanted - 1, (each) => fits(snapshot, { type: 'replicas', to: each }));
  return to === undefined ? [] : [{ type: 'replicas', to }];
}

/** Nodes that lack nothing but being open. */
function uncordons(snapshot: Snapshot, demand: Demand): readonly Change[] {
  const shut = candidatesOf(snapshot.nodes, new Map()).all.filter((candidate) =>
    lacksOf(candidate, demand).every(({ filter }) => filter === 'cordon'),
  );
  return shut
    .filter(({ view }) => view.node.scheduling !== 'open')
    .map(({ view }): Change => ({ type: 'uncordon', nodeId: view.node.id }))
    .filter((change) => fits(snapshot, change));
}

/** One node with the least room that suffices; with fixed ports on the host a node for each replica. */
function more(snapshot: Snapshot, demand: Demand, wanted: number): readonly Change[] {
  const most = wanted + (snapshot.deployment.spec.strategy?.maxSurge ?? 1);
  for (let count = Math.max(1, unplacedOf(snapshot)); count <= most; count += 1) {
    const each = demand.hostPorts.length > 0 ? { nodes: count, replicasEach: 1 } : { nodes: 1, replicasEach: count };
    const change: Change = { type: 'nodes', ...each, demand };
    if (fits(snapshot, change)) return [change];
  }
  return [];
}

/** The largest whole number in the range for which it holds; undefined where it holds for none. It holds for all below one for which it does. */
function largest(least: number, most: number, holds: (value: number) => boolean): number | undefined {
  if (most < least || !holds(least)) return undefined;
  let [low, high] = [least, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
