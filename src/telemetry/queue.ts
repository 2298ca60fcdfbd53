import { within } from '../ambient.ts';
import { QUEUE_POLICIES, type Attempt, type Cause, type QueueName } from '../jobs/catalogue.ts';
import type { ActiveJob, JobHandler, JobQueue } from '../jobs/queue.ts';
import { AttemptPassed } from '../workers/claims.ts';
import { Fenced } from '../store/command.ts';
import { secondsSince, type Telemetry } from './telemetry.ts';

/** A queue whose jobs are measured and traced, and whose lines tell which job, because of what and for whom. */
export function observedQueue(queue: JobQueue, telemetry: Telemetry): JobQueue {
  return {
    ...queue,
    work: (name, handler, cluster) => queue.work(name, observed(name, handler, telemetry), cluster),
  };
}

function observed<Q extends QueueName>(
  queue: Q,
  handler: JobHandler<Q>,
  { metrics, tracing, log }: Telemetry,
): JobHandler<Q> {
  return (job) => {
    const about = aboutOf(job);
    return within({ fields: about.fields }, async () => {
      const begin = performance.now();
      let outcome = 'done';
      try {
        const attributes = { 'deploy_svc.job_id': job.id, 'deploy_svc.attempt': job.attempt };
        const parent = about.cause?.traceparent;
        await tracing.span(`job ${queue}`, { kind: 'consumer', attributes, parent }, () => handler(job));
      } catch (error) {
        outcome = outcomeOf(job, error);
        throw error;
      } finally {
        const seconds = secondsSince(begin);
        metrics.observe('job_duration_seconds', { queue, outcome }, seconds);
        log.debug('job ended', { outcome, seconds });
      }
    });
  };
}

function outcomeOf({ queue, attempt }: ActiveJob<QueueName>, error: unknown): string {
  if (error instanceof Fenced || error instanceof AttemptPassed) return 'left';
  return attempt < QUEUE_POLICIES[queue].retryLimit ? 'retried' : 'given_up';
}

interface About {
  readonly cause: Cause | undefined;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** A job of several replicas is told by the first one's cause; each replica's own work tells its own. */
function aboutOf<Q extends QueueName>({ id, queue, attempt, data }: ActiveJob<Q>): About {
  const given: {
    readonly cause?: Cause;
    readonly deploymentId?: string;
    readonly nodeId?: string;
    readonly replicas?: readonly Attempt[];
  } = data;
  const cause = given.cause ?? given.replicas?.[0]?.cause;
  return {
    cause,
    fields: {
      queue,
      jobId: id,
      attempt,
      ...(cause && { correlationId: cause.correlationId }),
      ...(cause?.eventId !== undefined && { causationId: cause.eventId }),
      ...(given.deploymentId !== undefined && { deploymentId: given.deploymentId }),
      ...(given.nodeId !== undefined && { nodeId: given.nodeId }),
    },
  };
}
