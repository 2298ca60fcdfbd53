import { raceAbort } from '../../engine/race-abort.ts';
import type { Engine, PullProgress } from '../../engine/engine.ts';
import type { WorkerDeps } from '../deps.ts';

/** Progress lines of one pull in the log: not more often than this. */
const PROGRESS_MS = 5_000;

/** What a pull took, and what it brought: the digest that the registry has for the name, where the engine tells. */
export interface Pulled {
  readonly milliseconds: number;
  readonly digest?: string;
}

/** Pulls under way in this process: replicas of one image on one engine share a pull. */
const pulls = new Map<string, Promise<Pulled>>();

/** Questions under way: replicas that start together ask once. */
const questions = new Map<string, Promise<boolean>>();

/** Has the image on the engine. Returns what the pull took and brought, or undefined when it was there. */
export async function ensureImage(
  engine: Engine,
  image: string,
  deps: Pick<WorkerDeps, 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<Pulled | undefined> {
  const key = `${engine.url} ${image}`;
  if (await hasImage(key, engine, image, signal)) return undefined;
  const running = pulls.get(key) ?? pull(engine, image, deps).finally(() => pulls.delete(key));
  pulls.set(key, running);
  // The pull goes on for the others; whoever's job is over waits no longer.
  return raceAbort(running, signal);
}

function hasImage(key: string, engine: Engine, image: string, signal: AbortSignal): Promise<boolean> {
  // Without the signal of the one that asked first: the answer is for all. The call has a deadline of its own.
  const asked = questions.get(key) ?? engine.hasImage(image).finally(() => questions.delete(key));
  questions.set(key, asked);
  return raceAbort(asked, signal);
}

async function pull(engine: Engine, image: string, { clock, log }: Pick<WorkerDeps, 'clock' | 'log'>): Promise<Pulled> {
  const started = performance.now();
  let told = clock.now().getTime();
  let digest: string | undefined;
  const onProgress = ({ status, current, total }: PullProgress): void => {
    digest = /^Digest: (sha256:[0-9a-f]{64})$/.exec(status)?.[1] ?? digest;
    const now = clock.now().getTime();
    if (now - told < PROGRESS_MS) return;
    told = now;
    log.info('pulling', { image, engine: engine.url, status, current, total });
  };
  await engine.pull(image, onProgress);
  return { milliseconds: Math.round(performance.now() - started), ...(digest === undefined ? {} : { digest }) };
}
