import type { EventOf } from '../event.ts';
import type { Template } from '../template.ts';
import { scaledBy, type Scaled } from './scaling.ts';
import { wantedReplicas } from './wanted.ts';
import type { DeploymentSpec, DeploymentStatus, Move } from './events.ts';

export type DeploymentEvent = EventOf<
  | 'DeploymentSaved'
  | 'RevisionCreated'
  | 'DeploymentPlanned'
  | 'DeploymentRebalanced'
  | 'DeploymentStatusChanged'
  | 'DeploymentScaled'
  | 'DeploymentDeleted'
  | 'DeploymentRemoved'
>;

/** A deployment as its stream tells it. */
export interface DeploymentState {
  readonly id: string;
  readonly definitionId: string;
  readonly spec: DeploymentSpec;
  /** Host of the app whose secrets it refers to; absent: the default one. */
  readonly app?: string | undefined;
  readonly status: DeploymentStatus;
  readonly details: string;
  /** `deleting` until nothing of it runs any more, then `removed`. */
  readonly phase: 'live' | 'deleting' | 'removed';
  /** The latest revision; 0 before the first. */
  readonly revision: number;
  readonly template: Template | undefined;
  readonly fingerprint: string | undefined;
  /** Saves so far. */
  readonly saves: number;
  /** The value of `saves` when the latest revision was created. */
  readonly savedAtRevision: number;
  /** The value of `saves` when the planner last looked. */
  readonly savedAtPlan: number;
  /** Saved for the first time, or after a failure or a deletion: a new revision is due, also when nothing has changed. */
  readonly anew: boolean;
  /** The autoscaler's count, once it has made a step; `replicas` of the spec is only the first size then. */
  readonly scaled?: Scaled | undefined;
  /** What the latest rebalancing moves; `begun`: the replacement has been scheduled. Absent when there never was one. */
  readonly moves?: readonly MoveState[];
}

export type MoveState = Pick<Move, 'replicaId' | 'generation' | 'from' | 'to'> & { readonly begun: boolean };

/** One event further. Exhaustive over the deployment's events. */
export function evolveDeployment(
  state: DeploymentState | undefined,
  event: DeploymentEvent,
): DeploymentState | undefined {
  switch (event.type) {
    case 'DeploymentSaved':
      return saved(state, event.data);
    case 'RevisionCreated':
      return (
        state && { ...state, ...revisionOf(event.data), savedAtRevision: state.saves, anew: false, ...settled(state) }
      );
    case 'DeploymentPlanned':
      return state && { ...state, savedAtPlan: state.saves, ...begin(state, event.data.begun) };
    case 'DeploymentRebalanced':
      return state && { ...state, moves: event.data.moves.map(moveStateOf) };
    case 'DeploymentStatusChanged':
      return (
        state && {
          ...state,
          status: event.data.status,
          details: event.data.details,
          ...(event.data.status === 'OK' ? settled(state) : {}),
        }
      );
    case 'DeploymentScaled':
      return state && { ...state, scaled: scaledBy(state.scaled, event.data) };
    case 'DeploymentDeleted':
      return state && { ...state, phase: 'deleting' };
    case 'DeploymentRemoved':
      return state && { ...state, phase: 'removed' };
    default:
      return event satisfies never;
  }
}

function saved(state: DeploymentState | undefined, { spec, app }: EventOf<'DeploymentSaved'>['data']): DeploymentState {
  const before = state ?? {
    status: 'Pending' as const,
    details: '',
    revision: 0,
    template: undefined,
    fingerprint: undefined,
    saves: 0,
    savedAtRevision: 0,
    savedAtPlan: 0,
    anew: true,
  };
  const anew = before.status === 'Failed' || (state !== undefined && state.phase !== 'live');
  return {
    ...before,
    ...(anew ? { status: 'Pending' as const, details: '', anew } : {}),
    id: spec.id,
    definitionId: spec.definitionId,
    spec,
    ...(app === undefined ? {} : { app }),
    phase: 'live',
    saves: before.saves + 1,
    scaled: carriedOver(state, spec),
  };
}

/** A save keeps the live count, within its bounds; without autoscaling, and after a deletion, `replicas` counts. */
function carriedOver(state: DeploymentState | undefined, spec: DeploymentSpec): Scaled | undefined {
  if (state?.scaled === undefined || state.phase !== 'live' || spec.autoScaling === undefined) return undefined;
  return { ...state.scaled, replicas: wantedReplicas({ spec, scaled: state.scaled }) };
}

function revisionOf(
  data: EventOf<'RevisionCreated'>['data'],
): Pick<DeploymentState, 'revision' | 'template' | 'fingerprint'> {
  return { revision: data.revision, template: data.template, fingerprint: data.fingerprint };
}

function moveStateOf({ replicaId, generation, from, to }: Move): MoveState {
  return { replicaId, generation, from, to, begun: false };
}

function begin({ moves }: DeploymentState, begun: readonly string[] = []): Pick<DeploymentState, 'moves'> {
  if (moves === undefined || begun.length === 0) return {};
  return { moves: moves.map((each) => (begun.includes(each.replicaId) ? { ...each, begun: true } : each)) };
}

/** Moves end with the deployment's being as wanted, or with a new revision, whose replicas have homes of their own. */
function settled({ moves }: DeploymentState): Pick<DeploymentState, 'moves'> {
  return moves === undefined ? {} : { moves: [] };
}
