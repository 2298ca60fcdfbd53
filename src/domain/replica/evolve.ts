import type { EventOf } from '../event.ts';
import type { Reservation } from '../template.ts';
import type { ReplicaFailure } from './events.ts';
import { REPLICA_TRANSITIONS, type ReplicaStatus } from './status.ts';

export type ReplicaEvent = EventOf<keyof typeof REPLICA_TRANSITIONS>;

/** A replica as its stream tells it. */
export interface ReplicaState {
  readonly id: string;
  readonly deploymentId: string;
  readonly ordinal: number;
  readonly revision: number;
  readonly generation: number;
  readonly status: ReplicaStatus;
  readonly nodeId: string;
  /** Held on the node; undefined once released. */
  readonly reservation: Reservation | undefined;
  readonly containerId: string | undefined;
  readonly ports: readonly { readonly internal: number; readonly host: number }[];
  /** Failures in a row; a run of `STEADY_MS` in between starts the count anew. */
  readonly failures: number;
  readonly failure: ReplicaFailure | undefined;
  /** Failures since the count began anew, by node; nodes that were lost do not count. */
  readonly failedOn?: Readonly<Record<string, number>> | undefined;
  /** Its image has a HEALTHCHECK. */
  readonly healthcheck?: boolean | undefined;
  /** Its first port accepted a connection when it started. */
  readonly answered?: boolean | undefined;
  /** Why it was taken out of service; undefined while it is in service, or never was. */
  readonly unready?: { readonly reason: string; readonly silent: boolean } | undefined;
  /** While it stops: what it is given. `draining`: its container runs on until the routers have let go of it. */
  readonly stopping?:
    | { readonly draining: boolean; readonly drainSeconds?: number; readonly graceSeconds?: number }
    | undefined;
  /** It was asked before it gets requests, since when (milliseconds since the epoch), and what came of it. Absent: it was not, or has been out of service since. */
  readonly smoke?: Smoke | undefined;
  /** Milliseconds since the epoch, of the events that led here. */
  readonly scheduledAt: number;
  readonly changedAt: number;
  readonly readyAt: number | undefined;
  readonly failedAt: number | undefined;
}

export interface Smoke {
  readonly askedAt: number;
  readonly question: Pick<EventOf<'ReplicaSmokeAsked'>['data'], 'path' | 'port' | 'expectStatus' | 'timeoutMs'>;
  /** Absent: there is no answer yet. */
  readonly passed?: boolean | undefined;
  readonly reason?: string | undefined;
}

/** A replica that was ready for so long before it failed has left its earlier failures behind. */
export const STEADY_MS = 60_000;

/** One event further. `at`: milliseconds since the epoch. */
export function evolveReplica(
  state: ReplicaState | undefined,
  event: ReplicaEvent,
  at: number,
): ReplicaState | undefined {
  if (event.type === 'ReplicaScheduled') return scheduled(state, event.data, at);
  if (state === undefined || state.generation !== event.data.generation) return state;
  return step({ ...state, changedAt: at }, event, at);
}

function step(
  state: ReplicaState,
  event: Exclude<ReplicaEvent, { type: 'ReplicaScheduled' }>,
  at: number,
): ReplicaState {
  const status = REPLICA_TRANSITIONS[event.type].to;
  switch (event.type) {
    case 'ImagePulled':
      return state;
    case 'ContainerCreated':
      return { ...state, status, containerId: event.data.containerId };
    case 'ContainerStarted':
      return started({ ...state, status }, event.data);
    case 'ReplicaReady':
      return { ...state, status, readyAt: at, unready: undefined, answered: event.data.answered ?? state.answered };
    case 'ReplicaUnready':
      return unready({ ...state, status }, event.data, at);
    case 'ReplicaSmokeAsked': {
      const { replicaId: _, deploymentId: __, generation: ___, nodeId: ____, ...question } = event.data;
      return { ...state, status, smoke: { askedAt: at, question } };
    }
    case 'ReplicaSmoked': {
      const { passed, reason } = event.data;
      return { ...state, status, ...(state.smoke && { smoke: { ...state.smoke, passed, reason } }) };
    }
    case 'ReplicaFailed':
      return failed({ ...state, status }, event.data.failure, at);
    case 'ReplicaStopping':
      return { ...state, status, stopping: stoppingOf(event.data) };
    case 'ReplicaDrained':
      return { ...state, status, stopping: { ...state.stopping, draining: false } };
    case 'ReplicaStopped':
      return {
        ...state,
        status,
        reservation: undefined,
        ports: [],
        smoke: undefined,
        failures: 0,
        failure: undefined,
        failedOn: undefined,
        stopping: undefined,
      };
    default:
      return event satisfies never;
  }
}

function stoppingOf({ drainSeconds, graceSeconds }: EventOf<'ReplicaStopping'>['data']): ReplicaState['stopping'] {
  return {
    draining: drainSeconds !== undefined,
    ...(drainSeconds === undefined ? {} : { drainSeconds }),
    ...(graceSeconds === undefined ? {} : { graceSeconds }),
  };
}

function started(state: ReplicaState, data: EventOf<'ContainerStarted'>['data']): ReplicaState {
  const { containerId, ports, healthcheck } = data;
  return { ...state, containerId, ports, healthcheck };
}

/** A long time in service leaves earlier failures behind, however it ends. */
function unready(state: ReplicaState, { reason, silent }: EventOf<'ReplicaUnready'>['data'], at: number): ReplicaState {
  const forgotten = wasSteady(state, at) ? { failures: 0, failedOn: undefined } : {};
  return { ...state, ...forgotten, readyAt: undefined, unready: { reason, silent }, smoke: undefined };
}

function scheduled(
  state: ReplicaState | undefined,
  data: EventOf<'ReplicaScheduled'>['data'],
  at: number,
): ReplicaState {
  return {
    id: data.replicaId,
    deploymentId: data.deploymentId,
    ordinal: data.ordinal,
    revision: data.revision,
    generation: data.generation,
    status: 'Scheduled',
    nodeId: data.reservation.nodeId,
    reservation: data.reservation,
    containerId: undefined,
    ports: [],
    failures: state?.failures ?? 0,
    failure: state?.failure,
    failedOn: state?.failedOn,
    scheduledAt: at,
    changedAt: at,
    readyAt: undefined,
    failedAt: state?.failedAt,
  };
}

function failed(state: ReplicaState, failure: ReplicaFailure, at: number): ReplicaState {
  return {
    ...state,
    reservation: undefined,
    ports: [],
    unready: undefined,
    smoke: undefined,
    failure,
    failedAt: at,
    ...countsAfter(state, failure, at),
  };
}

/** A node that is lost is no fault of what ran on it. */
function countsAfter(
  state: ReplicaState,
  { kind }: ReplicaFailure,
  at: number,
): Pick<ReplicaState, 'failures' | 'failedOn'> {
  if (kind === 'lost') return { failures: state.failures, failedOn: state.failedOn };
  const { nodeId } = state;
  if (wasSteady(state, at)) return { failures: 1, failedOn: { [nodeId]: 1 } };
  return {
    failures: state.failures + 1,
    failedOn: { ...state.failedOn, [nodeId]: (state.failedOn?.[nodeId] ?? 0) + 1 },
  };
}

function wasSteady({ readyAt }: ReplicaState, at: number): boolean {
  return readyAt !== undefined && at - readyAt >= STEADY_MS;
}
