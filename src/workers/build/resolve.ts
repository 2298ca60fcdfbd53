import type { BuildState } from '../../domain/build/evolve.ts';
import { buildIdOf, imageNameOf, presentKey } from '../../domain/build/key.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { SourceState } from '../../domain/deployment/source-state.ts';
import type { DomainEvent } from '../../domain/event.ts';
import { DEFAULT_APP } from '../../domain/secret/name.ts';
import { streamOf } from '../../domain/stream.ts';
import type { ActiveJob } from '../../jobs/queue.ts';
import { lookUpCommit } from '../../sources/look-up.ts';
import { SourceError } from '../../sources/source-error.ts';
import type { StreamAppend } from '../../store/command.ts';
import type { Row } from '../../store/projection.ts';
import { appendTo } from '../append-to.ts';
import type { WorkerDeps } from '../deps.ts';
import { checkoutRequest } from './request.ts';

/** Looks before the job goes back to its queue. */
const TRIES = 8;
/** Milliseconds for the remote's answer. */
const LOOK_UP_MS = 60_000;

/** Asks the remote which commit the version stands for, and has an image made of it where there is none. */
export async function resolveSource(deps: WorkerDeps, job: ActiveJob<'resolve'>): Promise<void> {
  const { deploymentId, ask } = job.data;
  const asked = await unanswered(deps, deploymentId, ask);
  if (asked === undefined) return;
  const { url, version, credentials } = asked.source.repository;
  const { app } = asked.row.state;
  try {
    const secret = credentials === undefined ? undefined : { app, secret: credentials };
    const request = await checkoutRequest(deps, { url, version, credentials: secret });
    const { root, knownHosts } = deps.builds;
    const commit = await lookUpCommit(request, { root, knownHosts, timeoutMs: LOOK_UP_MS, signal: job.signal });
    await answered(deps, job, (found) => resolution(deps, found, commit));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const terminal = error.code === 'not-found';
    await answered(deps, job, ({ source }) => {
      if (source.failure?.reason === error.message) return [];
      return [[{ type: 'SourceFailed', data: { deploymentId, ask, reason: error.message, terminal } }], []];
    });
    // The remote may be back later: the queue tries again.
    if (!terminal) throw error;
  }
}

interface Asked {
  readonly row: Row<DeploymentState>;
  readonly source: SourceState;
}

/** The question as it stands; undefined when it was answered, or when there is a later one. */
async function unanswered({ store }: WorkerDeps, deploymentId: string, ask: number): Promise<Asked | undefined> {
  const row = await store.row<DeploymentState>('deployments', deploymentId);
  const source = row?.state.source;
  if (row === undefined || source?.ask !== ask || source.resolved !== undefined) return undefined;
  return row.state.phase === 'live' ? { row, source } : undefined;
}

type Answer = readonly [] | readonly [readonly DomainEvent[], readonly StreamAppend[]];

async function answered(
  deps: WorkerDeps,
  { data }: ActiveJob<'resolve'>,
  answer: (asked: Asked) => Answer | Promise<Answer>,
): Promise<void> {
  const { deploymentId, ask, cause } = data;
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const asked = await unanswered(deps, deploymentId, ask);
    const [events, beside] = asked === undefined ? [] : await answer(asked);
    if (asked === undefined || events === undefined) return;
    const place = { stream: streamOf('deployment', deploymentId), expectedVersion: asked.row.version, cause, beside };
    if (await appendTo(deps, place, events)) return;
  }
  throw new Error(`deployment ${deploymentId} kept changing while its repository was looked up`);
}

/** The commit, and the build of it where it is not there: what failed since the question was asked is an answer to it. */
async function resolution(deps: WorkerDeps, { row, source }: Asked, commit: string): Promise<Answer> {
  const { store, builds, installationId } = deps;
  const { url, buildContext, containerFile, credentials } = source.repository;
  const key = { url, commit, buildContext, containerFile };
  const buildId = buildIdOf(key);
  const known = await store.row<BuildState>('builds', buildId);
  const image = known?.state.image ?? imageNameOf(key, { installationId, registry: builds.registry });
  const data = { deploymentId: row.id, ask: source.ask, commit, buildId, image };
  const resolved: DomainEvent = { type: 'SourceResolved', data };
  const { status, changedAt = 0, forgotten } = known?.state ?? {};
  const again = forgotten === true || (status === 'Failed' && changedAt < source.askedAt);
  if (known !== undefined && !again) return [[resolved], []];
  const requested: DomainEvent = {
    type: 'BuildRequested',
    data: {
      buildId,
      image,
      ...presentKey(key),
      ...(credentials === undefined ? {} : { credentials: { app: row.state.app ?? DEFAULT_APP, secret: credentials } }),
      ...(again ? { reason: `asked again by ${row.id}` } : {}),
    },
  };
  return [
    [resolved],
    [{ stream: streamOf('build', buildId), expectedVersion: known?.version ?? 0, events: [requested] }],
  ];
}
