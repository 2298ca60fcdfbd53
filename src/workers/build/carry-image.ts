import { pause } from '../../clock.ts';
import type { BuildState } from '../../domain/build/evolve.ts';
import { presentKey } from '../../domain/build/key.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { streamOf } from '../../domain/stream.ts';
import type { Engine } from '../../engine/engine.ts';
import { EngineError } from '../../engine/engine-error.ts';
import { raceAbort } from '../../engine/race-abort.ts';
import type { Cause } from '../../jobs/catalogue.ts';
import type { ImageState } from '../../projections/image.ts';
import { appendTo } from '../append-to.ts';
import type { WorkerDeps } from '../deps.ts';
import { transferLock } from './transfer-lock.ts';

/** Between two looks at a build that is made anew. */
const LOOK_MS = 250;

/** An image that a build has made, and the node that is to have it. */
export interface Carriage {
  readonly engine: Engine;
  readonly image: string;
  readonly buildId: string;
  readonly cause: Cause;
}

/** Transfers under way in this process: replicas of one image on one engine share one. */
const transfers = new Map<string, Promise<number>>();

/**
 * Has a built image on the engine: from the registry, else from another node's engine, else built anew from its commit.
 * Returns the milliseconds that it took, or undefined when it was there. Throws EngineError.
 */
export async function carryImage(
  deps: WorkerDeps,
  carriage: Carriage,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { engine, image } = carriage;
  if (await engine.hasImage(image, signal)) return undefined;
  const key = `${engine.url} ${image}`;
  const running = transfers.get(key) ?? transfer(deps, carriage, key).finally(() => transfers.delete(key));
  transfers.set(key, running);
  // It goes on for the others; whoever's job is over waits no longer.
  return raceAbort(running, signal);
}

async function transfer(deps: WorkerDeps, carriage: Carriage, key: string): Promise<number> {
  const { present } = deps.membership;
  const since = performance.now();
  const lock = await transferLock(deps.clock, present, key);
  try {
    // Another worker may have brought it while the lock was waited for.
    if (await carriage.engine.hasImage(carriage.image, present.ended)) return Math.round(performance.now() - since);
    if (!(await fetched(deps, carriage, present.ended))) {
      await builtAnew(deps, carriage, present.ended);
      const here = await carriage.engine.hasImage(carriage.image, present.ended);
      if (!here && !(await fetched(deps, carriage, present.ended))) {
        throw new EngineError('pull-failed', `${carriage.image} was built anew, and no node has it`);
      }
    }
    return Math.round(performance.now() - since);
  } finally {
    await lock.release();
  }
}

/** False when nobody has it who can be asked. Throws the EngineError of the last who has it, and cannot give it. */
async function fetched(deps: WorkerDeps, carriage: Carriage, signal: AbortSignal): Promise<boolean> {
  const { store, engines, log } = deps;
  const { engine, image, buildId } = carriage;
  const build = (await store.row<BuildState>('builds', buildId))?.state;
  const failures: EngineError[] = [];
  const tried = async (from: string, work: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      log.warn('an image could not be had from there; trying the next', { image, from, error: error.message });
      // Who cannot be asked does not have it, as far as anybody knows.
      if (error.code !== 'unreachable' && error.code !== 'timeout') failures.push(error);
      return false;
    }
  };
  const pull = async (): Promise<boolean> => engine.pull(image, undefined, signal).then(() => true);
  if (build?.pushed === true && (await tried('registry', pull))) return true;
  failures.length = 0;
  for (const node of await sourcesOf(deps, build, image)) {
    const source = engines.at(node.url);
    if (source.url !== engine.url && (await tried(node.id, () => stream(source, engine, image, signal)))) return true;
  }
  const last = failures.at(-1);
  if (last !== undefined) throw last;
  return false;
}

/** From engine to engine through this process, as fast as the slower of the two. False when the source does not have it. */
async function stream(source: Engine, target: Engine, image: string, signal: AbortSignal): Promise<boolean> {
  const wanted = await source.imageId(image, signal);
  if (wanted === undefined) return false;
  await target.loadImage(source.saveImage(image, signal), signal);
  const arrived = await target.imageId(image, signal);
  if (arrived === wanted) return true;
  throw new EngineError(
    'pull-failed',
    `carry ${image} from ${source.url} to ${target.url}: ${arrived ?? 'nothing'} came, ${wanted} was sent`,
  );
}

/** Nodes that have pulled or built it, those that answer. */
async function sourcesOf(
  { store }: WorkerDeps,
  build: BuildState | undefined,
  image: string,
): Promise<readonly NodeState[]> {
  const known = (await store.row<ImageState>('images', image))?.state.nodes ?? [];
  const ids = [...new Set([...(build?.nodeId === undefined ? [] : [build.nodeId]), ...known])];
  if (ids.length === 0) return [];
  const rows = await store.rows<NodeState>('nodes', { id: ids, removed: 'false' });
  const nodes = new Map(rows.map(({ id, state }) => [id, state]));
  return ids.flatMap((id) => nodes.get(id) ?? []).filter(({ liveness }) => liveness === 'ready');
}

/** Asks for the build again where nobody did, and waits for it. Throws EngineError when it fails. */
async function builtAnew(deps: WorkerDeps, { image, buildId, cause }: Carriage, signal: AbortSignal): Promise<void> {
  const { store, clock, log } = deps;
  for (let asked = false; ; asked = true) {
    signal.throwIfAborted();
    const row = await store.row<BuildState>('builds', buildId);
    if (row === undefined) throw new EngineError('image-not-found', `${image}: the log has no build ${buildId}`);
    const { status, failure } = row.state;
    if (status === 'Succeeded' && asked) return;
    if (status === 'Failed' && failure?.terminal === true) {
      throw new EngineError('pull-failed', `no node has ${image} any more, and its build failed: ${failure.reason}`);
    }
    if (status === 'Succeeded') {
      log.info('no node has an image any more; it is built anew', { image, buildId });
      const { credentials } = row.state;
      const source = { ...presentKey(row.state), ...(credentials === undefined ? {} : { credentials }) };
      const data = { buildId, image, ...source, reason: 'no node has it any more' };
      const place = { stream: streamOf('build', buildId), expectedVersion: row.version, cause };
      await appendTo(deps, place, [{ type: 'BuildRequested', data }]);
    }
    await pause(clock, LOOK_MS, signal);
  }
}
