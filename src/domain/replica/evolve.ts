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
  /** Milliseconds since the epoch, of the events that led here. */
  readonly scheduledAt: number;
  readonly changedAt: number;
  readonly readyAt: number | undefined;
  readonly failedAt: number | undefined;
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
      return { ...state, status, containerId: event.data.containerId, ports: event.data.ports };
    case 'ReplicaReady':
      return { ...state, status, readyAt: at };
    case 'ReplicaFailed':
      return failed({ ...state, status }, event.data.failure, at);
    case 'ReplicaStopping':
      return { ...state, status };
    case 'ReplicaStopped':
      return { ...state, status, reservation: undefined, ports: [], failures: 0, failure: undefined };
    default:
      return event satisfies never;
  }
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
    failure,
    failedAt: at,
    failures: failuresAfter(state, failure, at),
  };
}

/** A node that is lost is no fault of what ran on it. */
function failuresAfter({ failures, readyAt }: ReplicaState, { kind }: ReplicaFailure, at: number): number {
  if (kind === 'lost') return failures;
  const steady = readyAt !== undefined && at - readyAt >= STEADY_MS;
  return steady ? 1 : failures + 1;
}
