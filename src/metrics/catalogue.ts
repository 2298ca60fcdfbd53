/** What every name begins with. */
export const PREFIX = 'deploy_svc_';

/** Seconds, from what a row takes to what an image takes. */
const FAST = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
/** Fewer of them for what there is one of for each route: whoever scrapes, and the requests beside it, pay for every line. */
const PER_ROUTE = [0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5, 10] as const;
const SLOW = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] as const;
const SIZES = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000] as const;

interface Described {
  readonly help: string;
  readonly labels: readonly string[];
  /** `process`: what this process did. `installation`: the same from every API process; take the maximum of them. */
  readonly of: 'process' | 'installation';
}

type Instrument =
  | (Described & { readonly type: 'counter' | 'gauge' })
  | (Described & { readonly type: 'histogram'; readonly buckets: readonly number[] });

/**
 * The labels of one instrument have bounded values: no ids of replicas, jobs or users; of deployments only where people ask about
 * one, with so few other values beside them that they stay readable.
 */
export const INSTRUMENTS = {
  build_info: {
    type: 'gauge',
    help: 'Always 1: the version of the product and of Node that this process runs.',
    labels: ['version', 'node_version'],
    of: 'process',
  },
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from a request to the end of its answer, by route template.',
    // Without the status: a line for each bucket of each would cost whoever scrapes, and the requests beside it, several times as much.
    labels: ['method', 'route'],
    buckets: PER_ROUTE,
    of: 'process',
  },
  http_requests_total: {
    type: 'counter',
    help: 'Requests that were answered, by route template and status.',
    labels: ['method', 'route', 'status'],
    of: 'process',
  },
  http_requests_in_flight: {
    type: 'gauge',
    help: 'Requests that are being answered; event streams are among them.',
    labels: [],
    of: 'process',
  },
  append_duration_seconds: {
    type: 'histogram',
    help: 'Time from a command to its events being durable, or refused, by outcome.',
    labels: ['outcome'],
    buckets: FAST,
    of: 'process',
  },
  append_batch_events: {
    type: 'histogram',
    help: 'Events that were stored in one transaction.',
    labels: [],
    buckets: SIZES,
    of: 'process',
  },
  events_appended_total: {
    type: 'counter',
    help: 'Events that were appended, by type.',
    labels: ['type'],
    of: 'process',
  },
  job_duration_seconds: {
    type: 'histogram',
    help: 'Time of one attempt at a job, by queue and by what came of it: done, retried, given_up, left to others.',
    labels: ['queue', 'outcome'],
    buckets: SLOW,
    of: 'process',
  },
  plan_duration_seconds: {
    type: 'histogram',
    help: 'Time that the planner computed one plan.',
    labels: [],
    buckets: FAST,
    of: 'process',
  },
  plan_actions_total: {
    type: 'counter',
    help: 'Actions of plans, by kind: schedule, stop, lose, revise, roll_back, remove. A plan that is refused and made anew counts twice.',
    labels: ['action'],
    of: 'process',
  },
  placement_refusals_total: {
    type: 'counter',
    help: 'Replicas that fitted no node when a plan was made, by each filter that kept them off some node, or no_node.',
    labels: ['filter'],
    of: 'process',
  },
  engine_call_duration_seconds: {
    type: 'histogram',
    help: 'Time of calls to container engines, by operation and by ok or the code of the failure.',
    labels: ['operation', 'outcome'],
    buckets: SLOW,
    of: 'process',
  },
  engine_calls_in_flight: {
    type: 'gauge',
    help: 'Calls to container engines that have not ended yet, with those that wait for their turn.',
    labels: [],
    of: 'process',
  },
  engine_failures_total: {
    type: 'counter',
    help: "Calls to container engines that failed, by the engine's address and the code of the failure.",
    labels: ['engine', 'code'],
    of: 'process',
  },
  probe_checks_total: {
    type: 'counter',
    help: 'Questions that probes asked, by kind of check and outcome: passed, failed, silent, engine_failed.',
    labels: ['check', 'outcome'],
    of: 'process',
  },
  webhook_attempts_total: {
    type: 'counter',
    help: 'Attempts to deliver an event to a webhook, by outcome: taken, refused, failed, gone.',
    labels: ['outcome'],
    of: 'process',
  },
  autoscale_decisions_total: {
    type: 'counter',
    help: 'Changes of size that the autoscaler recorded, by direction.',
    labels: ['direction'],
    of: 'process',
  },
  gateway_requests_total: {
    type: 'counter',
    help: 'Requests that the gateway answered, by deployment, revision and class of status; without a deployment: of routes and unknown hosts.',
    labels: ['deployment', 'revision', 'status'],
    of: 'process',
  },
  gateway_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from a request at the gateway to the end of its answer, by deployment.',
    labels: ['deployment'],
    buckets: FAST,
    of: 'process',
  },
  gateway_requests_in_flight: {
    type: 'gauge',
    help: 'Requests that the gateway has under way; upgraded connections are among them.',
    labels: [],
    of: 'process',
  },
  gateway_retries_total: {
    type: 'counter',
    help: 'Attempts at a replica that failed and were made good by another one, by deployment.',
    labels: ['deployment'],
    of: 'process',
  },
  log_position: {
    type: 'gauge',
    help: 'Position of the last event of the log.',
    labels: [],
    of: 'installation',
  },
  deployments: {
    type: 'gauge',
    help: 'Deployments that are not removed, by status.',
    labels: ['status'],
    of: 'installation',
  },
  replicas: {
    type: 'gauge',
    help: 'Replicas by status; those that are stopped are not counted.',
    labels: ['status'],
    of: 'installation',
  },
  node_up: {
    type: 'gauge',
    help: 'Whether the engine of a node answers: 1, or 0 while the node is lost.',
    labels: ['node', 'cluster', 'zone'],
    of: 'installation',
  },
  queue_jobs: {
    type: 'gauge',
    help: "Jobs by queue and state, as the queue's own monitor counted them last: ready, deferred, active.",
    labels: ['queue', 'state'],
    of: 'installation',
  },
  dead_jobs: {
    type: 'gauge',
    help: 'Jobs that were given up and wait for a person, by queue: see "oo job list --dead".',
    labels: ['queue'],
    of: 'installation',
  },
  webhooks: {
    type: 'gauge',
    help: 'Webhooks by how they stand: delivering, retrying, failing (for longer than a minute), disabled.',
    labels: ['status'],
    of: 'installation',
  },
  webhook_lag_events: {
    type: 'gauge',
    help: 'Events of the log that a webhook which is not disabled has not got past yet. There are a hundred webhooks at most.',
    labels: ['webhook'],
    of: 'installation',
  },
  workers_alive: {
    type: 'gauge',
    help: 'Worker processes that live.',
    labels: [],
    of: 'installation',
  },
} as const satisfies Record<string, Instrument>;

export type InstrumentName = keyof typeof INSTRUMENTS;

export type InstrumentOf<T extends Instrument['type']> = {
  [N in InstrumentName]: (typeof INSTRUMENTS)[N]['type'] extends T ? N : never;
}[InstrumentName];

/** A value for each label of the instrument. */
export type LabelsOf<N extends InstrumentName> = Readonly<Record<(typeof INSTRUMENTS)[N]['labels'][number], string>>;
