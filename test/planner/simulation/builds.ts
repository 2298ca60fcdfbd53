import assert from 'node:assert/strict';

import type { BuildState } from '../../../src/domain/build/evolve.ts';
import { isDue } from '../../../src/domain/build/evolve.ts';
import { buildIdOf, imageNameOf, presentKey } from '../../../src/domain/build/key.ts';
import { decideSaveDefinition } from '../../../src/domain/definition/decide.ts';
import type { DomainEvent, RecordedEvent } from '../../../src/domain/event.ts';
import type { JobData } from '../../../src/jobs/catalogue.ts';
import { revisionKey, type Revision } from '../../../src/projections/revision.ts';
import { DEFINITION, DEPLOYMENT, definitionOf, deploymentOf } from './planning.ts';
import type { Fate } from './steps.ts';
import { append, rowOf, type World } from './world.ts';

/** The one repository of random histories. */
export const REPOSITORY = 'https://git.test/web.git';

/** How many commits `main` of it has had in a world. */
const heads = new WeakMap<World, number>();

/** A further commit on main. */
export function push(world: World): void {
  heads.set(world, (heads.get(world) ?? 1) + 1);
}

/** The commit that a version stands for now. */
function commitOf(world: World, version = 'main'): string {
  return version === 'main' ? String(heads.get(world) ?? 1).padStart(40, '0') : version.padStart(40, 'a');
}

/** The definition is built from the repository. */
export function defineFromRepository(world: World, version?: string, containerFile?: string): void {
  const repository = {
    url: REPOSITORY,
    internalPorts: [8080],
    ...(version === undefined ? {} : { version }),
    ...(containerFile === undefined ? {} : { containerFile }),
  };
  record(world, `definition/${DEFINITION}`, decideSaveDefinition(definitionOf(world), { id: DEFINITION, repository }));
}

/** A worker asks the remote, as `resolve` jobs have it done. */
export function resolve(world: World, { ask, deploymentId, cause }: JobData<'resolve'>, fate: Fate): void {
  const source = deploymentOf(world)?.source;
  if (source?.ask !== ask || source.resolved !== undefined || deploymentOf(world)?.phase !== 'live') return;
  if (fate !== 'ready') {
    const terminal = fate === 'fails for good';
    const reason = terminal ? 'the repository has no branch or tag main' : 'the remote does not answer';
    record(world, `deployment/${DEPLOYMENT}`, [
      { type: 'SourceFailed', data: { deploymentId, ask, reason, terminal } },
    ]);
    if (!terminal) world.jobs.push({ queue: 'resolve', data: { ask, deploymentId, cause } });
    return;
  }
  const { url, version, containerFile } = source.repository;
  const key = presentKey({ url, commit: commitOf(world, version), containerFile });
  const buildId = buildIdOf(key);
  const image = imageNameOf(key, { installationId: 'simulated' });
  const known = rowOf<BuildState>(world, 'builds', buildId)?.state;
  const data = { deploymentId, ask, commit: key.commit, buildId, image };
  record(world, `deployment/${DEPLOYMENT}`, [{ type: 'SourceResolved', data }]);
  if (known === undefined || known.status === 'Failed') {
    record(world, `build/${buildId}`, [{ type: 'BuildRequested', data: { buildId, image, ...key } }]);
  }
}

/** A worker builds: it begins with one job, and ends with the next, so that plans are made in between. */
export function build(world: World, { buildId, cause }: JobData<'build'>, fate: Fate): void {
  const known = rowOf<BuildState>(world, 'builds', buildId)?.state;
  if (known === undefined || !isDue(known)) return;
  const again = (): void => void world.jobs.push({ queue: 'build', data: { buildId, cause } });
  const nodeId = 'node_1';
  if (known.status !== 'Building') {
    record(world, `build/${buildId}`, [{ type: 'BuildStarted', data: { buildId, nodeId } }]);
    return again();
  }
  if (fate === 'ready') {
    const done = { buildId, image: known.image, imageId: 'sha256:1', nodeId, milliseconds: 1, pushed: false };
    return record(world, `build/${buildId}`, [{ type: 'BuildSucceeded', data: done }]);
  }
  const terminal = fate === 'fails for good';
  const reason = terminal ? 'COPY failed: file not found in build context: stat app: file does not exist' : 'timeout';
  record(world, `build/${buildId}`, [{ type: 'BuildFailed', data: { buildId, reason, terminal, lastLogs: [] } }]);
  if (!terminal) again();
}

/** No replica is placed whose image there is not, and no revision made of one. */
export function imageFirst(event: RecordedEvent, world: World): void {
  const revision =
    event.type === 'ReplicaScheduled' || event.type === 'RevisionCreated' ? event.data.revision : undefined;
  if (revision === undefined) return;
  const { template } = rowOf<Revision>(world, 'revisions', revisionKey(DEPLOYMENT, revision))?.state ?? {};
  if (template?.build === undefined) return;
  const built = rowOf<BuildState>(world, 'builds', template.build.id)?.state;
  assert.equal(built?.status, 'Succeeded', `${event.type} of revision ${revision}, and its image is not built`);
}

function record(world: World, stream: string, events: readonly DomainEvent[]): void {
  if (events.length === 0) return;
  const expectedVersion = world.versions.get(stream) ?? 0;
  const context = { actor: 'worker/simulated', correlationId: 'simulation' };
  append(world, { context, appends: [{ stream, expectedVersion, events }] });
}
