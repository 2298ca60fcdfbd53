import type { DefinitionState } from '../../domain/definition/evolve.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { InstanceState } from '../../domain/instance/evolve.ts';
import { nearest } from '../../domain/nearest.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { NotFound } from '../../domain/problem.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { LookUps } from '../../store/event-store.ts';
import type { Look } from '../../store/look-up.ts';
import type { ProjectionName, Row } from '../../store/projection.ts';
import { Refusal } from '../refusal.ts';
import { SIGHT_RULES } from '../sight/rules.ts';
import type { Sight } from '../sight/sight.ts';

/** What an id stands for. A container of a replica stands for its replica. */
export type Subject =
  | { readonly kind: 'deployment'; readonly row: Row<DeploymentState> }
  | { readonly kind: 'replica'; readonly row: Row<ReplicaState> }
  | { readonly kind: 'instance'; readonly row: Row<InstanceState> }
  | { readonly kind: 'node'; readonly row: Row<NodeState> }
  | { readonly kind: 'definition'; readonly row: Row<DefinitionState> };

/** A container's name as `containerName` makes it. */
const CONTAINER_NAME = /^(.+)-g\d+-[0-9a-f]{8}$/;
/** What an engine prints as a container's id is this long at least. */
const CONTAINER_ID = /^[0-9a-f]{12,64}$/;
/** Of the column `container_short` (migration 0022). */
const SHORT = 12;

/**
 * What has this id; undefined when nothing has. Ids of one kind come before those of the next, in the order of `Subject`.
 * What is not seen is passed over: it is as if it were not there.
 */
export async function findSubject(
  store: Pick<LookUps, 'lookUp'>,
  id: string,
  sees: (kind: Subject['kind'], id: string) => boolean = () => true,
): Promise<Subject | undefined> {
  const [deployments, replicas, contained, instances, nodes, urls, definitions] = await store.lookUp<
    [DeploymentState, ReplicaState, ReplicaState, InstanceState, NodeState, NodeState, DefinitionState]
  >([
    { projection: 'deployments', where: { id } },
    { projection: 'replicas', where: { id: CONTAINER_NAME.exec(id)?.[1] ?? id } },
    containerLook(id),
    { projection: 'instances', where: { id } },
    { projection: 'nodes', where: { id } },
    { projection: 'nodes', where: { url: id } },
    { projection: 'definitions', where: { id } },
  ]);
  const ofContainer = contained.filter(({ state }) => state.containerId?.startsWith(id) === true);
  const found: readonly Subject[] = [
    ...deployments.map((row): Subject => ({ kind: 'deployment', row })),
    ...[...replicas, ...ofContainer].map((row): Subject => ({ kind: 'replica', row })),
    ...instances.map((row): Subject => ({ kind: 'instance', row })),
    ...[...nodes, ...urls].map((row): Subject => ({ kind: 'node', row })),
    ...definitions.map((row): Subject => ({ kind: 'definition', row })),
  ];
  return found.find(({ kind, row }) => sees(kind, row.id));
}

/** Replicas whose containers may be called so: by (the beginning of) what the engine calls them; none for what no engine prints. */
function containerLook(id: string): Look {
  return { projection: 'replicas', where: { container_short: CONTAINER_ID.test(id) ? id.slice(0, SHORT) : [] } };
}

const KINDS = {
  deployment: 'deployments',
  replica: 'replicas',
  instance: 'instances',
  node: 'nodes',
  definition: 'definitions',
} as const satisfies Record<Subject['kind'], ProjectionName>;

const LISTS = {
  deployment: 'oo deployment list',
  replica: 'oo deployment get ID',
  instance: 'oo instance list',
  node: 'oo node list',
  definition: 'oo definition list',
} as const satisfies Record<Subject['kind'], string>;

/** Says that nothing of these kinds has the id, which id is nearest, and where those that exist are listed. */
export async function noSubject(
  store: Pick<LookUps, 'idsNear'>,
  id: string,
  kinds: readonly Subject['kind'][],
): Promise<NotFound> {
  const near = await nearestOf(store, id, kinds, () => true);
  const guess = near === undefined ? `see ${LISTS[kinds[0] ?? 'deployment']}` : `did you mean ${near}?`;
  return new NotFound(`there is no ${kinds.join(' or ')} ${id}; ${guess}`);
}

/**
 * The same to somebody who may not see everything: NotFound where all of these kinds are seen, else Refusal 401, in the same words
 * whether something has the id or not, with what would show the rest.
 */
export async function noSubjectFor(
  store: Pick<LookUps, 'idsNear'>,
  id: string,
  kinds: readonly Subject['kind'][],
  sight: Sight,
): Promise<NotFound | Refusal> {
  const hidden = kinds.filter((kind) => sight.within !== undefined && !sight.within.kinds.includes(kind));
  if (hidden.length === 0) return noSubject(store, id, kinds);
  const near = await nearestOf(store, id, kinds, sight.sees);
  const { slug } = sight;
  const guess = near === undefined ? '' : `; did you mean ${near}?`;
  const needed = hidden.map((kind) => `${kind}: ${SIGHT_RULES[kind].all ?? 'its owner'}`).join(', ');
  return new Refusal(401, `Unauthorized: ${slug} sees nothing that is called ${id} (${needed})${guess}`);
}

async function nearestOf(
  store: Pick<LookUps, 'idsNear'>,
  id: string,
  kinds: readonly Subject['kind'][],
  sees: (kind: Subject['kind'], id: string) => boolean,
): Promise<string | undefined> {
  const near = await store.idsNear(
    kinds.map((kind) => KINDS[kind]),
    id,
  );
  return nearest(
    id,
    kinds.flatMap((kind, index) => (near[index] ?? []).filter((each) => sees(kind, each))),
  );
}
