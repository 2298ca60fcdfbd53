import { NotFound } from '../../domain/problem.ts';
import type { DeadJob } from '../../jobs/dead-letters.ts';
import type { Handlers, Reply, RequestOf } from '../handler.ts';
import type { TargetGroup } from './targets.ts';

/** Jobs that were given up. */
export interface DeadLetters {
  /** Those that died last, first. */
  readonly read: (limit: number) => Promise<readonly DeadJob[]>;
  readonly count: () => Promise<number>;
  /** Sends them back to their queues. Returns how many were there to be sent. */
  readonly retry: (ids: readonly string[]) => Promise<number>;
}

/** What is told of the product's own work. */
export interface ObservabilityPorts {
  readonly deadLetters: DeadLetters;
  readonly expose: () => Promise<string>;
  readonly instanceTargets: (filter: {
    readonly deployment?: string;
    readonly cluster?: string;
  }) => Promise<readonly TargetGroup[]>;
  readonly workerTargets: () => Promise<readonly TargetGroup[]>;
}

type Operations = 'listDeadJobs' | 'retryDeadJobs' | 'metrics' | 'discoverInstances' | 'discoverServices';

/** Dead letters that are sent back at once. */
const PAGE = 1_000;

/** Measurements, targets and dead letters. */
export function observabilityService(ports: ObservabilityPorts): Handlers<Operations> {
  const { deadLetters, expose, instanceTargets, workerTargets } = ports;
  return {
    async listDeadJobs({ query }) {
      const [jobs, total] = await Promise.all([deadLetters.read(query.limit), deadLetters.count()]);
      return { body: { jobs: jobs.map(toView), total } };
    },
    retryDeadJobs: (request) => retry(deadLetters, request),
    metrics: async () => ({ body: await expose() }),
    async discoverInstances({ query: { deployment, cluster } }) {
      const filter = { ...(deployment !== undefined && { deployment }), ...(cluster !== undefined && { cluster }) };
      return { body: (await instanceTargets(filter)).map(toGroup) };
    },
    discoverServices: async () => ({ body: (await workerTargets()).map(toGroup) }),
  };
}

async function retry(dead: DeadLetters, { body }: RequestOf<'retryDeadJobs'>): Promise<Reply<'retryDeadJobs'>> {
  const retried = 'all' in body ? await retryAll(dead) : await dead.retry(body.ids);
  const remaining = await dead.count();
  if ('ids' in body && retried === 0) {
    throw new NotFound(`none of these jobs is among the dead letters; list them: oo job list --dead`);
  }
  return { body: { retried, remaining } };
}

/** One that is queued again already, under a key of which there may be one, is left out: it stays no dead letter. */
async function retryAll(dead: DeadLetters): Promise<number> {
  for (let retried = 0; ;) {
    const ids = (await dead.read(PAGE)).map(({ id }) => id);
    const sent = await dead.retry(ids);
    retried += sent;
    if (sent === 0) return retried;
  }
}

function toView({ createdAt, diedAt, correlationId, ...rest }: DeadJob): Reply<'listDeadJobs'>['body']['jobs'][number] {
  return {
    ...rest,
    ...(correlationId === undefined ? {} : { correlationId }),
    createdAt: createdAt.toISOString(),
    diedAt: diedAt.toISOString(),
  };
}

function toGroup({ targets, labels }: TargetGroup): { targets: string[]; labels: Record<string, string> } {
  return { targets: [...targets], labels: { ...labels } };
}
