import type { BuildState } from '../../domain/build/evolve.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { streamOf } from '../../domain/stream.ts';
import { EngineError } from '../../engine/engine-error.ts';
import type { Cause } from '../../jobs/catalogue.ts';
import type { ImageState } from '../../projections/image.ts';
import { revisionKey, type Revision } from '../../projections/revision.ts';
import type { Row } from '../../store/projection.ts';
import { appendTo } from '../append-to.ts';
import type { WorkerDeps } from '../deps.ts';
import { serves } from '../pool/binding.ts';

/** Images that are taken away in one round at most. */
const MOST = 20;

/**
 * Takes images from the nodes that no revision in use is made from, once they are old enough. Should one be wanted after all,
 * it is built again: by the next question, or by whoever finds at a start that no node has it.
 */
export async function forgetImages(deps: WorkerDeps, cause: Cause): Promise<void> {
  const before = deps.clock.now().getTime() - deps.builds.keepMs;
  const built = await deps.store.rows<BuildState>('builds', { status: 'Succeeded' });
  const old = built.filter(({ state }) => state.forgotten !== true && state.changedAt <= before);
  if (old.length === 0) return;
  const used = await buildsInUse(deps);
  for (const row of old.filter(({ id }) => !used.has(id)).slice(0, MOST)) await forget(deps, row, cause);
}

async function forget(deps: WorkerDeps, { id, version, state }: Row<BuildState>, cause: Cause): Promise<void> {
  const { store, engines, binding, log } = deps;
  const known = (await store.row<ImageState>('images', state.image))?.state.nodes ?? [];
  const ids = [...new Set([...known, ...(state.nodeId === undefined ? [] : [state.nodeId])])];
  const nodes = await store.rows<NodeState>('nodes', { id: ids, removed: 'false' });
  // All or none: what is left on a node that is away would be there for good.
  if (nodes.some(({ state: { liveness, cluster } }) => liveness !== 'ready' || !isServed(cluster))) return;
  try {
    for (const node of nodes) await engines.at(node.state.url).removeImage(state.image);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return log.warn('an image that nobody uses could not be removed', { image: state.image, error: error.message });
  }
  const place = { stream: streamOf('build', id), expectedVersion: version, cause };
  await appendTo(deps, place, [{ type: 'BuildForgotten', data: { buildId: id } }]);

  function isServed(cluster: string): boolean {
    return binding === undefined || serves(binding, cluster);
  }
}

/** Builds of what runs, of what deployments want, and of what they may go back to. */
async function buildsInUse({ store }: Pick<WorkerDeps, 'store'>): Promise<ReadonlySet<string>> {
  const deployments = await store.rows<DeploymentState>('deployments', { phase: ['live', 'deleting'] });
  const replicas = await store.rows<ReplicaState>('replicas', {
    status: ['Scheduled', 'Created', 'Running', 'Ready', 'Failed', 'Stopping'],
  });
  const keys = new Set([
    ...replicas.map(({ state }) => revisionKey(state.deploymentId, state.revision)),
    ...deployments.flatMap(({ id, state: { stable, rollback } }) =>
      [stable, rollback?.backTo].flatMap((each) => (each === undefined ? [] : [revisionKey(id, each)])),
    ),
  ]);
  const revisions = await store.rows<Revision>('revisions', { id: [...keys] });
  const ids = [
    ...revisions.map(({ state }) => state.template.build?.id),
    ...deployments.flatMap(({ state }) => [
      state.template?.build?.id,
      state.pinned?.template.build?.id,
      state.source?.resolved?.buildId,
    ]),
  ];
  return new Set(ids.filter((id) => id !== undefined));
}
