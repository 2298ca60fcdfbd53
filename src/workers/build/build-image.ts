import { join } from 'node:path';

import { isDue, type BuildState } from '../../domain/build/evolve.ts';
import { pathOf } from '../../domain/build/key.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { EventOf } from '../../domain/event.ts';
import { streamOf } from '../../domain/stream.ts';
import { LABEL } from '../../engine/engine.ts';
import { EngineError } from '../../engine/engine-error.ts';
import type { ActiveJob } from '../../jobs/queue.ts';
import { bounded } from '../../sources/bounded.ts';
import { openBuildContext } from '../../sources/build-context.ts';
import { checkOut } from '../../sources/check-out.ts';
import type { Row } from '../../store/projection.ts';
import { appendedTo } from '../append-to.ts';
import type { WorkerDeps } from '../deps.ts';
import { watchLoss } from '../pool/node-job.ts';
import { openBuildLog, type BuildLog } from './build-log.ts';
import { buildNode } from './choose-node.ts';
import { checkoutRequest } from './request.ts';
import { whyFailed } from './why-failed.ts';

/** Lines of its log that a failure keeps. */
const LINES_KEPT = 20;
/** The engine ended the build: its last step took too long. */
class BuildTimeout extends EngineError {
  constructor(seconds: number) {
    super('build-failed', `build: not done within ${seconds} s (BUILD_TIMEOUT_SECONDS)`);
  }
}

/**
 * Makes an image from a commit, on one node. The queue has one job for each build at a time; whoever takes one over that was
 * begun finds the image where it was begun, or begins anew: an engine names an image when its last step is done.
 */
export async function buildImage(deps: WorkerDeps, job: ActiveJob<'build'>): Promise<void> {
  const { buildId, cause } = job.data;
  const row = await deps.store.row<BuildState>('builds', buildId);
  if (row === undefined || !isDue(row.state)) return;
  const stream = streamOf('build', buildId);
  const node = await buildNode(deps, row.state);
  if (node === undefined) return nowhere(deps, job, row);
  const data = { buildId, nodeId: node.id };
  const started = await appendedTo(deps, { stream, expectedVersion: row.version, cause }, [
    { type: 'BuildStarted', data },
  ]);
  const expectedVersion = started?.at(-1)?.version;
  if (expectedVersion === undefined) throw new Error(`build ${buildId} was taken by somebody else`);
  deps.onStep?.('build-started', buildId);
  const over = new AbortController();
  await using log = openBuildLog({ db: deps.database.db, clock: deps.clock, log: deps.log }, buildId);
  try {
    const { lost } = await watchLoss(deps, node.id, over.signal);
    const signal = AbortSignal.any([job.signal, lost]);
    const succeeded = await attempt(deps, { build: row.state, node, log, signal });
    deps.onStep?.('built', buildId);
    await appendedTo(deps, { stream, expectedVersion, cause }, [succeeded]);
  } catch (error) {
    const why = whyFailed(error, row.state);
    if (why === undefined) throw error;
    const failed = { buildId, ...why, lastLogs: log.last(LINES_KEPT) };
    await appendedTo(deps, { stream, expectedVersion, cause }, [{ type: 'BuildFailed', data: failed }]);
    // The queue tries again, after a while that grows.
    if (!why.terminal) throw error;
  } finally {
    over.abort();
  }
}

/** Says so, once, and leaves it to a later try: a node may come, or a worker that serves others. */
async function nowhere(
  deps: WorkerDeps,
  { data: { buildId, cause } }: ActiveJob<'build'>,
  { version, state }: Row<BuildState>,
): Promise<never> {
  const reason = 'no node takes anything new, so none can build: oo node list';
  if (state.failure?.reason !== reason) {
    const failed = { buildId, reason, terminal: false, lastLogs: [] };
    const place = { stream: streamOf('build', buildId), expectedVersion: version, cause };
    await appendedTo(deps, place, [{ type: 'BuildFailed', data: failed }]);
  }
  throw new Error(reason);
}

interface Attempt {
  readonly build: BuildState;
  readonly node: NodeState;
  readonly log: BuildLog;
  readonly signal: AbortSignal;
}

async function attempt(deps: WorkerDeps, { build, node, log, signal }: Attempt): Promise<EventOf<'BuildSucceeded'>> {
  const engine = deps.engines.at(node.url);
  const { id: buildId, image } = build;
  const since = performance.now();
  if ((await engine.imageId(image, signal)) === undefined) await make(deps, { build, node, log, signal });
  const imageId = await engine.imageId(image, signal);
  if (imageId === undefined)
    throw new EngineError('refused', `build ${image} on ${engine.url}: the image is not there`);
  const pushed = await push(deps, { build, node, log, signal });
  const milliseconds = Math.round(performance.now() - since);
  return { type: 'BuildSucceeded', data: { buildId, image, imageId, nodeId: node.id, milliseconds, pushed } };
}

/** Checks the commit out and has the engine build it. Nothing of this process' environment gets into either. */
async function make(deps: WorkerDeps, { build, node, log, signal }: Attempt): Promise<void> {
  const { builds, engines } = deps;
  const { url, commit, credentials, image, containerFile } = build;
  log.line(`Checking out ${commit} of ${url}`);
  const request = await checkoutRequest(deps, { url, version: commit, credentials });
  const { root, contextMaxBytes, knownHosts, timeoutMs, memoryBytes } = builds;
  const { directory } = await checkOut(request, { root, maxBytes: contextMaxBytes, knownHosts, signal });
  const at = join(directory, pathOf(build.buildContext) ?? '.');
  const context = await openBuildContext({ root, directory: at, containerFile: pathOf(containerFile) });
  const late = AbortSignal.timeout(timeoutMs);
  const labels = { [LABEL.build]: build.id, [LABEL.owner]: deps.installationId };
  const options = { memoryBytes, labels };
  try {
    const tar = bounded(context, contextMaxBytes);
    const either = AbortSignal.any([signal, late]);
    await engines.at(node.url).build(tar, image, (line) => log.line(line), either, options);
  } catch (error) {
    if (late.aborted && !signal.aborted) throw new BuildTimeout(timeoutMs / 1_000);
    throw error;
  }
}

/** To the registry, where there is one. Without it nodes still get the image from the one that has built it. */
async function push(deps: WorkerDeps, { build: { image }, node, log, signal }: Attempt): Promise<boolean> {
  const { registry } = deps.builds;
  if (registry === undefined || !image.startsWith(`${registry}/`)) return false;
  try {
    await deps.engines.at(node.url).pushImage(image, signal);
    log.line(`Pushed ${image}`);
    return true;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    log.line(`Not pushed: ${error.message}`);
    deps.log.warn('an image could not be pushed; it is carried from node to node', { image, error: error.message });
    return false;
  }
}
