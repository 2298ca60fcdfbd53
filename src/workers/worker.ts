import type { JobHandler } from '../jobs/queue.ts';
import { QUEUE_POLICIES, type Job, type QueueName } from '../jobs/catalogue.ts';
import { Fenced } from '../store/command.ts';
import { claim, unclaim } from './claims.ts';
import type { WorkerDeps } from './deps.ts';
import type { Membership } from './membership.ts';
import { planDeployment } from './plan/plan-deployment.ts';
import { replan } from './plan/replan.ts';
import { reap } from './reaper.ts';
import { registerInstance } from './register-instance.ts';
import { startReplicas } from './start/start-replicas.ts';
import { stopReplicas } from './stop-replicas.ts';
import { sweep } from './sweep.ts';
import { watchNodes } from './watch/watch-nodes.ts';

type Handlers = { readonly [Q in QueueName]: (deps: WorkerDeps, job: Parameters<JobHandler<Q>>[0]) => Promise<void> };

const HANDLERS: Handlers = {
  plan: planDeployment,
  replan,
  wake: async ({ queue }, { data }) => {
    const job: Job = { queue: 'plan', key: data.deploymentId, data };
    await queue.send([job]);
  },
  start: startReplicas,
  stop: stopReplicas,
  register: registerInstance,
};

/** Carries out jobs and watches nodes until disposed. Any number of processes do so side by side. */
export async function startWorker(deps: WorkerDeps): Promise<AsyncDisposable> {
  const { membership, queue, log, clock, database } = deps;
  const stop = new AbortController();
  await membership.start();
  const lives = new Set<Promise<void>>();
  membership.onLife((life) => {
    const living = live(deps, life).finally(() => lives.delete(living));
    lives.add(living);
  });
  const reaping = reap({ db: database.db, queue, clock, log, signal: stop.signal });
  for (const name of Object.keys(QUEUE_POLICIES) as QueueName[]) await work(deps, name);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await reaping;
      await membership[Symbol.asyncDispose]();
      await Promise.all(lives);
    },
  };
}

async function live(deps: WorkerDeps, life: Membership): Promise<void> {
  await Promise.all([watchNodes(deps, life), sweep(deps, life)]);
}

/** Claims the attempt, carries it out, and gives the claim up: what is claimed by the dead is handed to the living. */
async function work<Q extends QueueName>(deps: WorkerDeps, name: Q): Promise<void> {
  const { queue, database, membership } = deps;
  const handle = HANDLERS[name];
  await queue.work(name, async (job) => {
    const log = deps.log.with({ queue: name, jobId: job.id });
    try {
      await claim(database.db, membership.present.fence, job);
      await handle(deps, job);
    } catch (error) {
      const fenced = error instanceof Fenced;
      log[fenced ? 'info' : 'warn']('job failed; it is tried again', { attempt: job.attempt, error: String(error) });
      throw error;
    } finally {
      await unclaim(database.db, job).catch((error: unknown) =>
        log.debug('claim not removed', { error: String(error) }),
      );
    }
  });
}
