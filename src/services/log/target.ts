import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { NotFound } from '../../domain/problem.ts';
import { surveyNodes } from '../container/find.ts';
import { nodesOf } from '../container/nodes.ts';
import { findSubject, noSubject } from '../subject/find.ts';
import type { LogDeps } from './deps.ts';
import type { Source } from './source.ts';

/** Whose output an id asks for, at a position of the log. */
export interface Target {
  readonly replicas: readonly ReplicaState[];
  /** Containers that are no replica's. */
  readonly others: readonly Source[];
  /** Later replicas of this deployment belong to it as well; undefined: none do. */
  readonly deploymentId: string | undefined;
  /** Of the later ones only those that are generations of this replica. */
  readonly only: string | undefined;
  readonly position: number;
}

/** A deployment's replicas, or one replica: by its own id, that of its instance or of its container. Throws NotFound. */
export async function targetOf(deps: LogDeps, id: string): Promise<Target> {
  const subject = await findSubject(deps.store, id);
  switch (subject?.kind) {
    case 'deployment':
      return ofReplicas(deps, id, { deployment_id: id, present: 'true' });
    case 'replica':
      return ofReplicas(deps, subject.row.state.deploymentId, { id: subject.row.id });
    case 'instance': {
      const { replicaId, deploymentId } = subject.row.state;
      if (replicaId !== undefined) return ofReplicas(deps, deploymentId, { id: replicaId });
      throw new NotFound(`instance ${id} registered itself: its output is not kept here`);
    }
    case 'node':
    case 'definition':
      throw new NotFound(`${id} is a ${subject.kind}: output is had of a deployment, replica, instance or container`);
    case undefined:
      return ofContainer(deps, id);
    default:
      return subject satisfies never;
  }
}

async function ofReplicas(
  { store }: LogDeps,
  deploymentId: string | undefined,
  where: Readonly<Record<string, string>>,
): Promise<Target> {
  const one = where['id'];
  return store.snapshot(async (reader) => {
    const found = (await reader.rows<ReplicaState>('replicas', where)).map(({ state }) => state);
    const replicas = found.toSorted((a, b) => a.ordinal - b.ordinal || a.revision - b.revision);
    return { replicas, others: [], deploymentId, only: one, position: reader.position };
  });
}

/** A container that was run by hand, or by nobody of ours. Throws NotFound, with what no node could say. */
async function ofContainer(deps: LogDeps, id: string): Promise<Target> {
  const container = { ...deps, selfUrl: '', checkouts: '' };
  const { placed, silent } = await surveyNodes(container, await nodesOf(container, undefined));
  const found = placed.filter(
    ({ container: each }) => each.name === id || (id.length >= 12 && each.id.startsWith(id)) || each.id === id,
  );
  if (found.length === 0) {
    const { message } = await noSubject(deps.store, id, ['deployment', 'replica', 'instance']);
    const [first] = silent;
    const unasked = first === undefined ? '' : ` (a container of that name may be on ${first.nodeId}: ${first.error})`;
    throw new NotFound(`${message}${unasked}`);
  }
  const others = found.map(({ node, container: { id: containerId } }): Source => ({
    origin: { nodeId: node.id, containerId },
    node,
    clean: (text) => text,
    unrecognised: 0,
  }));
  return { replicas: [], others, deploymentId: undefined, only: undefined, position: 0 };
}
