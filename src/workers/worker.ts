import { pause } from '../clock.ts';
import type { ActiveJob, JobHandler } from '../jobs/queue.ts';
import { QUEUE_POLICIES, type Job, type QueueName } from '../jobs/catalogue.ts';
import type { Logger } from '../logger.ts';
import { Fenced } from '../store/command.ts';
import { analyse } from './analyse/analyse.ts';
import { keepCheckpointFile, signCheckpoints } from './audit/sign-checkpoints.ts';
import { autoscale } from './autoscale/autoscale.ts';
import { sampleReplicas } from './autoscale/sample-replicas.ts';
import { buildImage } from './build/build-image.ts';
import { resolveSource } from './build/resolve.ts';
import { AttemptPassed, claim } from './claims.ts';
import type { WorkerDeps } from './deps.ts';
import { drainReplicas } from './drain/drain-replicas.ts';
import type { Membership, WorkerMembership } from './membership.ts';
import { planDeployment } from './plan/plan-deployment.ts';
import { replan } from './plan/replan.ts';
import { type Binding, UNBOUND } from './pool/binding.ts';
import { atNode } from './pool/node-job.ts';
import { serveClusters } from './pool/serve-clusters.ts';
import { reap } from './reaper.ts';
import { registerInstances } from './register-instance.ts';
import { startReplicas } from './start/start-replicas.ts';
import { smokeReplicas } from './smoke-replicas.ts';
import { stopReplicas } from './stop-replicas.ts';
import { sweep } from './sweep.ts';
import { watchNodes } from './watch/watch-nodes.ts';
import { deliverWebhooks } from './webhooks/deliver-webhooks.ts';

/** What a worker that is asked to end gives its jobs; those that take longer, as pulls do, are left to others. */
const REST_MS = 5_000;

type Handlers = { readonly [Q in QueueName]: (deps: WorkerDeps, job: Parameters<JobHandler<Q>>[0]) => Promise<void> };

const HANDLERS: Handlers = {
  plan: planDeployment,
  replan,
  wake: async ({ queue }, { data }) => {
    const job: Job = { queue: 'plan', key: data.deploymentId, data };
    await queue.send([job]);
  },
  resolve: resolveSource,
  build: buildImage,
  start: atNode(startReplicas),
  stop: atNode(stopReplicas),
  smoke: atNode(smokeReplicas),
  register: registerInstances,
};

/** What a worker process works with; its lives give each job and each watch the name that it acts in. */
export type WorkerOptions = Omit<WorkerDeps, 'membership'> & {
  readonly membership: WorkerMembership;
  /** The part of the work that it takes; all of it by default. */
  readonly binding?: Binding;
};

/** Carries out jobs and watches nodes until disposed. Any number of processes do so side by side. */
export async function startWorker(options: WorkerOptions): Promise<AsyncDisposable> {
  const { membership, queue, log, clock, database, binding = UNBOUND } = options;
  const stop = new AbortController();
  await membership.start();
  const lives = new Set<Promise<void>>();
  membership.onLife((life) => {
    const living = live({ ...options, membership: { present: life } }, life, binding).finally(() =>
      lives.delete(living),
    );
    lives.add(living);
  });
  const reaping = reap({ db: database.db, queue, clock, log, signal: stop.signal });
  for (const name of binding.queues) await work(options, { name }, stop.signal);
  const serving = await serveClusters({
    store: options.store,
    queue,
    binding,
    clock,
    log,
    signal: stop.signal,
    work: (name, cluster) => work(options, { name, cluster }, stop.signal),
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await serving.done;
      // Its jobs first: once it has left, what it still does is refused and done again by others.
      const rested = new AbortController();
      await Promise.race([queue.rest(), pause(clock, REST_MS, rested.signal)]);
      // A timer that is left would keep the process from ending.
      rested.abort();
      await reaping;
      await membership[Symbol.asyncDispose]();
      await Promise.all(lives);
    },
  };
}

async function live(deps: WorkerDeps, life: Membership, binding: Binding): Promise<void> {
  await Promise.all([
    ...(binding.watches ? [watchNodes(deps, life, binding)] : []),
    sweep(deps, life),
    sampleReplicas(deps, life),
    autoscale(deps, life),
    analyse(deps, life),
    signCheckpoints(deps, life),
    keepCheckpointFile(deps, life),
    drainReplicas(deps, life),
    deliverWebhooks(deps, life),
  ]);
}

/** Claims the attempt and carries it out in the name of the life that claimed it: what is claimed by the dead is handed to the living. */
async function work<Q extends QueueName>(
  options: WorkerOptions,
  { name, cluster }: { readonly name: Q; readonly cluster?: string },
  stopping: AbortSignal,
): Promise<void> {
  const handle = HANDLERS[name];
  const carryOut: JobHandler<Q> = async (job) => {
    const log = options.log.with({ queue: name, jobId: job.id });
    try {
      const life = await claimAlive(options, job, stopping);
      const signal = AbortSignal.any([job.signal, life.ended]);
      await handle({ ...options, membership: { present: life } }, { ...job, signal });
    } catch (error) {
      report(log, job, error);
      throw error;
    }
  };
  await options.queue.work(name, carryOut, cluster);
}

/** A worker that was declared dead, and finds it out by a job that it has fetched, claims it in its next life. */
async function claimAlive(
  { database, membership }: WorkerOptions,
  job: ActiveJob<QueueName>,
  stopping: AbortSignal,
): Promise<Membership> {
  const signal = AbortSignal.any([job.signal, stopping]);
  for (let life: Membership = membership.present; ; life = await membership.after(life, signal)) {
    try {
      await claim(database.db, life.fence, job);
      return life;
    } catch (error) {
      if (!(error instanceof Fenced)) throw error;
    }
  }
}

function report(log: Logger, { queue, attempt }: ActiveJob<QueueName>, error: unknown): void {
  const fields = { attempt, error: String(error) };
  if (error instanceof Fenced || error instanceof AttemptPassed) return log.info('job left to others', fields);
  if (attempt < QUEUE_POLICIES[queue].retryLimit) return log.warn('job failed; it is tried again', fields);
  log.error('job given up; it is kept as a dead letter', fields);
}
