import type { BuildState } from '../../domain/build/evolve.ts';
import type { DefinitionState } from '../../domain/definition/evolve.ts';
import { secretsUsedBy, type SecretFingerprints } from '../../domain/deployment/derive-template.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { SecretState } from '../../domain/secret/evolve.ts';
import { DEFAULT_APP, secretKey } from '../../domain/secret/name.ts';
import type { Snapshot } from '../../planner/snapshot.ts';
import { startableRevisions } from '../../planner/startable.ts';
import type { ImageState } from '../../projections/image.ts';
import { revisionKey, type Revision } from '../../projections/revision.ts';
import type { EventStore, SnapshotReader } from '../../store/event-store.ts';
import type { Row } from '../../store/projection.ts';
import { nodeViews } from './node-views.ts';

/** A snapshot and the versions of the streams that a plan from it would append to. */
export interface LoadedSnapshot {
  readonly snapshot: Snapshot;
  readonly deploymentVersion: number;
  readonly replicaVersions: ReadonlyMap<string, number>;
}

/** Everything about one deployment at one position of the log; undefined when there is no such deployment. */
export function loadSnapshot(
  store: EventStore,
  deploymentId: string,
  now: number,
): Promise<LoadedSnapshot | undefined> {
  return store.snapshot((reader) => snapshotIn(store, reader, deploymentId, now));
}

/** The same within a snapshot that is open already; what is known of the nodes is kept for whoever asks next for the same `nodesKnownTo`. */
export async function snapshotIn(
  nodesKnownTo: object,
  reader: SnapshotReader,
  deploymentId: string,
  now: number,
): Promise<LoadedSnapshot | undefined> {
  const deployment = await reader.row<DeploymentState>('deployments', deploymentId);
  if (deployment === undefined) return undefined;
  const definition = await reader.row<DefinitionState>('definitions', deployment.state.definitionId);
  const present = await reader.rows<ReplicaState>('replicas', { deployment_id: deploymentId, present: 'true' });
  const startable = startableRevisions(deployment.state, states(present));
  const stopped = await reader.rows<ReplicaState>('replicas', {
    deployment_id: deploymentId,
    present: 'false',
    revision: startable.map(String),
  });
  const replicas = [...present, ...stopped];
  const earlier = await earlierRevisions(reader, deployment.state, startable);
  const buildId = deployment.state.source?.resolved?.buildId;
  const build = buildId === undefined ? undefined : await reader.row<BuildState>('builds', buildId);
  const images = [
    deployment.state.source?.resolved?.image,
    definition?.state.spec.image?.name,
    deployment.state.template?.image,
    deployment.state.pinned?.template.image,
    ...earlier.map(({ template }) => template.image),
  ];
  return {
    snapshot: {
      position: reader.position,
      now,
      seed: seedOf(deployment.state, reader.position),
      deployment: deployment.state,
      definition: definition?.state,
      secrets: await secretsOf(reader, deployment.state, definition?.state),
      replicas: states(replicas),
      earlier,
      nodes: await nodeViews(nodesKnownTo, reader),
      build: build?.state,
      images: await imageNodes(reader, images),
    },
    deploymentVersion: deployment.version,
    replicaVersions: new Map(replicas.map(({ id, version }) => [id, version])),
  };
}

/** Whoever saves a plan as it was reviewed gets that one, although the log has gone on. */
function seedOf({ seed, saves, savedAtPlan }: DeploymentState, position: number): number {
  return seed === undefined || savedAtPlan === saves ? position : seed;
}

async function secretsOf(
  reader: SnapshotReader,
  { spec, pinned, app = DEFAULT_APP }: DeploymentState,
  definition: DefinitionState | undefined,
): Promise<SecretFingerprints> {
  const names = secretsUsedBy({ spec, pinned }, definition?.spec);
  if (names.length === 0) return {};
  const keys = names.map((name) => secretKey(app, name));
  const present = states(await reader.rows<SecretState>('secrets', { id: keys })).filter(({ removed }) => !removed);
  return Object.fromEntries(present.map(({ name, fingerprint }) => [name, fingerprint]));
}

async function earlierRevisions(
  reader: SnapshotReader,
  { id, revision }: DeploymentState,
  startable: readonly number[],
): Promise<Snapshot['earlier']> {
  const keys = startable.filter((each) => each !== revision).map((each) => revisionKey(id, each));
  if (keys.length === 0) return [];
  return states(await reader.rows<Revision>('revisions', { id: keys }));
}

/** Image -> nodes that have pulled it. */
async function imageNodes(
  reader: SnapshotReader,
  images: readonly (string | undefined)[],
): Promise<Snapshot['images']> {
  const wanted = [...new Set(images.filter((image) => image !== undefined))];
  const known = wanted.length === 0 ? [] : await reader.rows<ImageState>('images', { id: wanted });
  return Object.fromEntries(known.map(({ id, state }) => [id, state.nodes]));
}

function states<State>(rows: readonly Row<State>[]): readonly State[] {
  return rows.map(({ state }) => state);
}
