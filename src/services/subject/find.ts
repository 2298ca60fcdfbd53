import type { DefinitionState } from '../../domain/definition/evolve.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { InstanceState } from '../../domain/instance/evolve.ts';
import { nearest } from '../../domain/nearest.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { NotFound } from '../../domain/problem.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { EventStore } from '../../store/event-store.ts';
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

type Rows = Pick<EventStore, 'row' | 'rows'>;

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
  store: Rows,
  id: string,
  sees: (kind: Subject['kind'], id: string) => boolean = () => true,
): Promise<Subject | undefined> {
  const deployment = await store.row<DeploymentState>('deployments', id);
  if (deployment !== undefined && sees('deployment', deployment.id)) return { kind: 'deployment', row: deployment };
  const replica = await replicaOf(store, id);
  if (replica !== undefined && sees('replica', replica.id)) return { kind: 'replica', row: replica };
  const instance = await store.row<InstanceState>('instances', id);
  if (instance !== undefined && sees('instance', instance.id)) return { kind: 'instance', row: instance };
  const node = (await store.row<NodeState>('nodes', id)) ?? (await store.rows<NodeState>('nodes', { url: id }))[0];
  if (node !== undefined && sees('node', node.id)) return { kind: 'node', row: node };
  const definition = await store.row<DefinitionState>('definitions', id);
  if (definition === undefined || !sees('definition', definition.id)) return undefined;
  return { kind: 'definition', row: definition };
}

/** A replica by its own id, by its container's name, or by (the beginning of) its container's id. */
async function replicaOf(store: Rows, id: string): Promise<Row<ReplicaState> | undefined> {
  const named = await store.row<ReplicaState>('replicas', CONTAINER_NAME.exec(id)?.[1] ?? id);
  if (named !== undefined || !CONTAINER_ID.test(id)) return named;
  const found = await store.rows<ReplicaState>('replicas', { container_short: id.slice(0, SHORT) });
  return found.find(({ state }) => state.containerId?.startsWith(id) === true);
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
export async function noSubject(store: Rows, id: string, kinds: readonly Subject['kind'][]): Promise<NotFound> {
  const near = await nearestOf(store, id, kinds, () => true);
  const guess = near === undefined ? `see ${LISTS[kinds[0] ?? 'deployment']}` : `did you mean ${near}?`;
  return new NotFound(`there is no ${kinds.join(' or ')} ${id}; ${guess}`);
}

/**
 * The same to somebody who may not see everything: NotFound where all of these kinds are seen, else Refusal 401, in the same words
 * whether something has the id or not, with what would show the rest.
 */
export async function noSubjectFor(
  store: Rows,
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
  store: Rows,
  id: string,
  kinds: readonly Subject['kind'][],
  sees: (kind: Subject['kind'], id: string) => boolean,
): Promise<string | undefined> {
  const ids = await Promise.all(
    kinds.map(async (kind) => {
      const rows = await store.rows(KINDS[kind]);
      return rows.map((row) => row.id).filter((each) => sees(kind, each));
    }),
  );
  return nearest(id, ids.flat());
}
